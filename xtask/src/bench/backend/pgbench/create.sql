INSERT INTO tasks (title, description, completed, created_at, updated_at)
VALUES ('a task of the benchmark', '', FALSE, now(), now())
RETURNING id, title, description, completed, created_at, updated_at;
