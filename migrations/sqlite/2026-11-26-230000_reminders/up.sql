-- Who gets signed news of an institution. `secret` signs and is therefore kept as it is; it is shown once, when it is made. The
-- one before signs as well until `previous_valid_until`. `failing_since`: no call has been answered well since then.
CREATE TABLE webhook_endpoints (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    url TEXT NOT NULL,
    description TEXT NOT NULL,
    events TEXT NOT NULL,
    secret TEXT NOT NULL,
    previous_secret TEXT,
    previous_valid_until TEXT,
    active INTEGER NOT NULL,
    failing_since TEXT,
    switched_off_at TEXT,
    switched_off_why TEXT CHECK (switched_off_why IN ('gone', 'failing')),
    reported_at TEXT,
    version INTEGER NOT NULL,
    created_by TEXT NOT NULL REFERENCES users (id),
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX webhook_endpoints_by_institution ON webhook_endpoints (institution_id, id);

-- The outbox carries mails of every kind, and calls of webhooks. `handed_over`: an attempt may have arrived although no reply
-- came back. `refused`: the mail server refused it for good. `reported_at`: when ISB and administration were told that it was
-- given up.
CREATE TABLE outbox_new (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    occurrence_key TEXT NOT NULL UNIQUE,
    channel TEXT NOT NULL CHECK (channel IN ('mail', 'webhook')),
    recipient_id TEXT REFERENCES users (id),
    endpoint_id TEXT REFERENCES webhook_endpoints (id),
    kind TEXT NOT NULL CHECK (kind IN (
        'digest', 'single', 'weekly', 'finance', 'alarm', 'undelivered', 'decision', 'event'
    )),
    day TEXT NOT NULL,
    payload TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('pending', 'sent', 'failed', 'obsolete')),
    attempts INTEGER NOT NULL,
    next_attempt_at TEXT NOT NULL,
    leased_until TEXT,
    lease_owner TEXT,
    last_reply TEXT,
    handed_over INTEGER NOT NULL DEFAULT 0,
    refused INTEGER NOT NULL DEFAULT 0,
    planned_at TEXT NOT NULL,
    finished_at TEXT,
    reported_at TEXT,
    CHECK ((channel = 'mail') = (recipient_id IS NOT NULL)),
    CHECK ((channel = 'webhook') = (endpoint_id IS NOT NULL))
) STRICT;
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
    occurrence_key TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    deadline_id TEXT NOT NULL,
    due_on TEXT NOT NULL,
    code TEXT NOT NULL,
    recipient_id TEXT NOT NULL REFERENCES users (id),
    day TEXT NOT NULL,
    -- The mail that carries it; without one it was left out.
    outbox_id TEXT REFERENCES outbox (id)
) STRICT;
CREATE INDEX reminder_occurrences_by_deadline ON reminder_occurrences (deadline_id, due_on);
CREATE INDEX reminder_occurrences_by_mail ON reminder_occurrences (outbox_id) WHERE outbox_id IS NOT NULL;
