-- Which alarms somebody has been told of, each once (DOMAIN REM-9): one mail may carry many of them.
CREATE TABLE alarm_occurrences (
    occurrence_key TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    recipient_id TEXT NOT NULL REFERENCES users (id),
    day TEXT NOT NULL,
    -- The mail that carries it.
    outbox_id TEXT NOT NULL REFERENCES outbox (id)
) STRICT;
CREATE INDEX alarm_occurrences_by_mail ON alarm_occurrences (outbox_id);

-- Until now every alarm had a mail of its own, by the same key. What was dropped before it was sent was not told.
INSERT INTO alarm_occurrences (occurrence_key, institution_id, recipient_id, day, outbox_id)
SELECT occurrence_key, institution_id, recipient_id, day, id
FROM outbox
WHERE kind = 'alarm' AND recipient_id IS NOT NULL AND state <> 'obsolete';
