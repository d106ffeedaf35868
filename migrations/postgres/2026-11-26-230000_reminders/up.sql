-- Who gets signed news of an institution. `secret` signs and is therefore kept as it is; it is shown once, when it is made. The
-- one before signs as well until `previous_valid_until`. `failing_since`: no call has been answered well since then.
CREATE TABLE webhook_endpoints (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    url TEXT COLLATE "C" NOT NULL,
    description TEXT COLLATE "C" NOT NULL,
    events TEXT COLLATE "C" NOT NULL,
    secret TEXT COLLATE "C" NOT NULL,
    previous_secret TEXT COLLATE "C",
    previous_valid_until TIMESTAMP,
    active BOOLEAN NOT NULL,
    failing_since TIMESTAMP,
    switched_off_at TIMESTAMP,
    switched_off_why TEXT COLLATE "C" CHECK (switched_off_why IN ('gone', 'failing')),
    reported_at TIMESTAMP,
    version INTEGER NOT NULL,
    created_by TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX webhook_endpoints_by_institution ON webhook_endpoints (institution_id, id);

-- The outbox carries mails of every kind, and calls of webhooks. `handed_over`: an attempt may have arrived although no reply
-- came back. `refused`: the mail server refused it for good. `reported_at`: when ISB and administration were told that it was
-- given up.
CREATE TABLE outbox_new (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT COLLATE "C" NOT NULL UNIQUE,
    channel TEXT COLLATE "C" NOT NULL CHECK (channel IN ('mail', 'webhook')),
    recipient_id TEXT COLLATE "C" REFERENCES users (id),
    endpoint_id TEXT COLLATE "C" REFERENCES webhook_endpoints (id),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN (
        'digest', 'single', 'weekly', 'finance', 'alarm', 'undelivered', 'decision', 'event'
    )),
    day DATE NOT NULL,
    payload TEXT COLLATE "C" NOT NULL,
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMP NOT NULL,
    leased_until TIMESTAMP,
    lease_owner TEXT COLLATE "C",
    last_reply TEXT COLLATE "C",
    handed_over BOOLEAN NOT NULL DEFAULT FALSE,
    refused BOOLEAN NOT NULL DEFAULT FALSE,
    planned_at TIMESTAMP NOT NULL,
    finished_at TIMESTAMP,
    reported_at TIMESTAMP,
    CHECK ((channel = 'mail') = (recipient_id IS NOT NULL)),
    CHECK ((channel = 'webhook') = (endpoint_id IS NOT NULL))
);
INSERT INTO outbox_new (
    id, institution_id, occurrence_key, channel, recipient_id, kind, day, payload, state, attempts, next_attempt_at,
    leased_until, lease_owner, last_reply, planned_at, finished_at
)
SELECT
    id, institution_id, occurrence_key, 'mail', recipient_id, kind, day, payload,
    -- What waits was planned by the rules of before; the next run says what holds by the new ones.
    CASE WHEN state = 'pending' THEN 'obsolete' ELSE state END,
    attempts, next_attempt_at, NULL, NULL, last_reply, planned_at,
    CASE WHEN state = 'pending' THEN planned_at ELSE finished_at END
FROM outbox;
DROP TABLE outbox;
ALTER TABLE outbox_new RENAME TO outbox;
CREATE INDEX outbox_by_state ON outbox (state, channel, next_attempt_at);
CREATE INDEX outbox_by_institution ON outbox (institution_id, channel, id);
CREATE INDEX outbox_by_institution_and_state ON outbox (institution_id, state, id);
CREATE INDEX outbox_by_recipient ON outbox (recipient_id, id) WHERE recipient_id IS NOT NULL;
CREATE INDEX outbox_by_endpoint ON outbox (endpoint_id, id) WHERE endpoint_id IS NOT NULL;

-- What of a deadline has been said to whom, or has been left out because something higher was said (DOMAIN REM-8, REM-9).
CREATE TABLE reminder_occurrences (
    occurrence_key TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    deadline_id TEXT COLLATE "C" NOT NULL,
    due_on DATE NOT NULL,
    code TEXT COLLATE "C" NOT NULL,
    recipient_id TEXT COLLATE "C" NOT NULL REFERENCES users (id),
    day DATE NOT NULL,
    -- The mail that carries it; without one it was left out.
    outbox_id TEXT COLLATE "C" REFERENCES outbox (id)
);
CREATE INDEX reminder_occurrences_by_deadline ON reminder_occurrences (deadline_id, due_on);
CREATE INDEX reminder_occurrences_by_mail ON reminder_occurrences (outbox_id) WHERE outbox_id IS NOT NULL;
