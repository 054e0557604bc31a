-- The lab's one noun.
--
-- AUTOINCREMENT, so that the id of a deleted task is never given to another: traces
-- and logs that name it stay true. Times are RFC 3339 texts in UTC.
CREATE TABLE tasks (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    title       TEXT    NOT NULL CHECK (length(title) BETWEEN 1 AND 200),
    description TEXT    NOT NULL DEFAULT '' CHECK (length(description) <= 10000),
    completed   BOOLEAN NOT NULL DEFAULT FALSE CHECK (completed IN (FALSE, TRUE)),
    created_at  TEXT    NOT NULL,
    updated_at  TEXT    NOT NULL
);
