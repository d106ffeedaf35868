DROP TABLE reminder_occurrences;
CREATE TABLE outbox_old (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT COLLATE "C" NOT NULL UNIQUE,
    recipient_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('digest')),
    day DATE NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    lease_owner TEXT COLLATE "C",
    last_reply TEXT COLLATE "C",
    planned_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP
);
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
