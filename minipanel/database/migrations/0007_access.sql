-- Adds only. Who may look: more accounts than one, their sessions, what other programs and wall screens come in with, and who did
-- what. logged_out_sessions stays for a return to the release before; nothing is kept in it any more.

ALTER TABLE users ADD COLUMN role TEXT NOT NULL DEFAULT 'admin';

-- A session is good while its row stands. account: a fingerprint of the account as it was, so that a new password ends
-- the sessions of the old one, also one that was set while the panel was stopped.
CREATE TABLE sessions (
    id TEXT PRIMARY KEY,
    username TEXT NOT NULL,
    account TEXT NOT NULL,
    created_at DATETIME NOT NULL,
    expires_at DATETIME NOT NULL,
    last_seen_at DATETIME NOT NULL,
    address TEXT NOT NULL,
    user_agent TEXT NOT NULL
) WITHOUT ROWID;

-- API tokens (kind token) and the links of wall screens (kind kiosk). digest: SHA-256 of the secret, which is not kept.
-- AUTOINCREMENT: an id that was one's is never another's.
CREATE TABLE access_keys (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    scope TEXT NOT NULL,
    digest BLOB NOT NULL UNIQUE,
    created_at DATETIME NOT NULL,
    created_by TEXT NOT NULL,
    expires_at DATETIME NOT NULL,
    last_used_at DATETIME,
    last_address TEXT NOT NULL DEFAULT '',
    UNIQUE (kind, name)
);

-- What people did about access. The same of one person from one address within an hour is one row (times).
CREATE TABLE audit (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    at DATETIME NOT NULL,
    last_at DATETIME NOT NULL,
    what TEXT NOT NULL,
    who TEXT NOT NULL,
    address TEXT NOT NULL,
    subject TEXT NOT NULL,
    times INTEGER NOT NULL
);
CREATE INDEX idx_audit_same ON audit (what, who, address, subject);
