-- Ids are the 16 bytes of a UUID, moments are milliseconds since 1970 (UTC). What is never asked for
-- by itself is JSON. Long columns come last: what stands before them is read without them.

CREATE TABLE conversation (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL,
    pinned INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    read_at INTEGER NOT NULL,
    head BLOB,
    standing TEXT NOT NULL,
    titled TEXT NOT NULL,
    title TEXT NOT NULL,
    folder TEXT,
    spent TEXT NOT NULL,
    shape TEXT NOT NULL
);
CREATE INDEX conversation_by_change ON conversation (user, pinned, updated_at);

CREATE TABLE message (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    parent INTEGER REFERENCES message (number),
    role TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    state TEXT NOT NULL,
    -- Whether its text stands in message_index.
    indexed INTEGER NOT NULL,
    making TEXT,
    blocks TEXT NOT NULL
);
CREATE INDEX message_by_parent ON message (parent, role, created_at);
CREATE INDEX message_by_conversation ON message (conversation, parent, role, created_at);

CREATE TABLE attachment (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL,
    made_at INTEGER NOT NULL,
    name TEXT NOT NULL,
    media_type TEXT NOT NULL,
    kind TEXT NOT NULL,
    bytes INTEGER NOT NULL,
    body BLOB NOT NULL
);

-- One attachment may belong to several messages: an edited message keeps those of the first.
CREATE TABLE attached (
    message INTEGER NOT NULL REFERENCES message (number),
    place INTEGER NOT NULL,
    attachment INTEGER NOT NULL REFERENCES attachment (number),
    PRIMARY KEY (message, place)
) WITHOUT ROWID;
CREATE INDEX attached_by_attachment ON attached (attachment);

CREATE TABLE run (
    number INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    user TEXT NOT NULL,
    key TEXT,
    conversation INTEGER NOT NULL REFERENCES conversation (number),
    message INTEGER NOT NULL REFERENCES message (number),
    alive INTEGER NOT NULL,
    began_at INTEGER NOT NULL,
    over_at INTEGER,
    epochs TEXT NOT NULL,
    shape TEXT NOT NULL
);
CREATE UNIQUE INDEX run_by_key ON run (user, key) WHERE key IS NOT NULL;
-- Two runs never write the same message at once.
CREATE UNIQUE INDEX run_alive ON run (message) WHERE alive;
CREATE INDEX run_by_message ON run (message);
CREATE INDEX run_by_conversation ON run (conversation);

-- One row for each tick of all runs; see journal.rs.
CREATE TABLE journal (
    number INTEGER PRIMARY KEY,
    packed BLOB NOT NULL
);

-- Entries of one run that have left the journal.
CREATE TABLE log (
    run BLOB NOT NULL REFERENCES run (id),
    start INTEGER NOT NULL,
    until INTEGER NOT NULL,
    packed BLOB NOT NULL,
    PRIMARY KEY (run, start)
);

CREATE TABLE exchange (
    message INTEGER NOT NULL REFERENCES message (number),
    part INTEGER NOT NULL,
    at INTEGER NOT NULL,
    status INTEGER,
    shortened INTEGER NOT NULL,
    headers TEXT NOT NULL,
    request BLOB NOT NULL,
    response BLOB NOT NULL,
    PRIMARY KEY (message, part)
);
CREATE INDEX exchange_by_moment ON exchange (at);

CREATE TABLE spent_day (
    user TEXT NOT NULL,
    day TEXT NOT NULL,
    spent TEXT NOT NULL,
    PRIMARY KEY (user, day)
) WITHOUT ROWID;

CREATE TABLE defaults (
    user TEXT PRIMARY KEY,
    defaults TEXT NOT NULL
) WITHOUT ROWID;

CREATE TABLE session (
    token BLOB PRIMARY KEY,
    user TEXT NOT NULL,
    until INTEGER NOT NULL
) WITHOUT ROWID;

-- What the store notes about itself.
CREATE TABLE note (
    name TEXT PRIMARY KEY,
    value INTEGER NOT NULL
) WITHOUT ROWID;

-- What a check of the store writes and removes; see check.rs.
CREATE TABLE probe (
    number INTEGER PRIMARY KEY,
    mark INTEGER NOT NULL,
    filler BLOB NOT NULL
);

-- The terms are made by the application (terms.rs) and arrive with spaces between them; `ascii` only
-- splits there. Not `contentless_delete`: that marks a removed text and leaves its terms in the file
-- until a merge, whereas the `delete` command takes them out at once with `secure-delete`.
CREATE VIRTUAL TABLE message_index USING fts5 (terms, content = '', tokenize = 'ascii');
CREATE VIRTUAL TABLE title_index USING fts5 (terms, content = '', tokenize = 'ascii');
INSERT INTO message_index (message_index, rank) VALUES ('secure-delete', 1);
INSERT INTO title_index (title_index, rank) VALUES ('secure-delete', 1);
