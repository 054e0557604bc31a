SELECT id, title, description, completed, created_at, updated_at
FROM tasks
WHERE (NULL::boolean IS NULL OR completed = NULL::boolean) AND (NULL::bigint IS NULL OR id < NULL::bigint)
ORDER BY id DESC
LIMIT 100;
SELECT COUNT(*) AS total, COUNT(*) FILTER (WHERE completed) AS completed FROM tasks;
