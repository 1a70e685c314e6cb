-- Sessions that were logged out, until they would have expired: their tokens are signed and would be good till then.
CREATE TABLE logged_out_sessions (
    name TEXT PRIMARY KEY,
    expires_at DATETIME NOT NULL
) WITHOUT ROWID;
