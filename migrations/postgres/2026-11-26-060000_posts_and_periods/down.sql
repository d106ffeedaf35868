DROP TABLE programme_duties;
DROP TABLE programme_conditions;
DROP INDEX programmes_by_parent;
ALTER TABLE programmes DROP COLUMN parent_id;
DROP TABLE budget_period_years;
DROP TABLE budget_periods;
DROP TABLE printed_post_totals;
-- What the older program cannot compute it would show as a contradiction.
DELETE FROM printed_totals WHERE group_keys = '[]';
ALTER TABLE printed_totals DROP COLUMN parts;
ALTER TABLE printed_totals DROP COLUMN programme_keys;
ALTER TABLE printed_totals DROP COLUMN precision;
CREATE TABLE posts_old (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    line_id TEXT COLLATE "C" REFERENCES budget_lines (id),
    org_unit TEXT COLLATE "C" NOT NULL,
    grade TEXT COLLATE "C",
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('post', 'authorisation', 'training')),
    starts_on DATE,
    note TEXT COLLATE "C",
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
INSERT INTO posts_old (id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, starts_on, note, position, source)
SELECT id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, CASE kind WHEN 'temporary' THEN 'post' ELSE kind END, starts_on, note, position,
    COALESCE(source, '{"file":"zinne","line":1,"text":""}') FROM posts;
DROP TABLE posts;
ALTER TABLE posts_old RENAME TO posts;
ALTER INDEX posts_old_pkey RENAME TO posts_pkey;
CREATE INDEX posts_by_programme ON posts (programme_id, position);
UPDATE resolutions SET outcome = 'open' WHERE outcome = 'rejected';
UPDATE resolutions SET source = '{"file":"zinne","line":1,"text":""}' WHERE source IS NULL;
DROP INDEX resolutions_by_day;
ALTER TABLE resolutions DROP COLUMN version;
ALTER TABLE resolutions ALTER COLUMN source SET NOT NULL;
ALTER TABLE resolutions DROP CONSTRAINT resolutions_outcome_check;
ALTER TABLE resolutions ADD CONSTRAINT resolutions_outcome_check CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted'));
