DROP TABLE reminder_occurrences;
CREATE TABLE outbox_old (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT NOT NULL UNIQUE,
    recipient_id TEXT NOT NULL REFERENCES users (id),
    kind TEXT NOT NULL CHECK (kind IN ('digest')),
    day TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL,
    leased_until TEXT,
    lease_owner TEXT,
    last_reply TEXT,
    planned_at TEXT NOT NULL,
    finished_at TEXT
) STRICT;
INSERT INTO outbox_old
SELECT
    id, institution_id, occurrence_key, recipient_id, kind, day, payload, state, attempts, next_attempt_at, leased_until,
    lease_owner, last_reply, planned_at, finished_at
FROM outbox WHERE kind = 'digest' AND state <> 'pending';
DROP TABLE outbox;
ALTER TABLE outbox_old RENAME TO outbox;
CREATE INDEX outbox_by_state ON outbox (state, next_attempt_at);
CREATE INDEX outbox_by_institution ON outbox (institution_id, id);
CREATE INDEX outbox_by_institution_and_state ON outbox (institution_id, state);
DROP TABLE webhook_endpoints;
