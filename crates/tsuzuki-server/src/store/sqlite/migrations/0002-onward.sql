-- The answer in another conversation that this one goes on from, as JSON.
ALTER TABLE conversation ADD COLUMN origin TEXT;

-- When what stands in a row was said: how long a run was silent when its server came back.
ALTER TABLE journal ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
ALTER TABLE log ADD COLUMN at INTEGER NOT NULL DEFAULT 0;
