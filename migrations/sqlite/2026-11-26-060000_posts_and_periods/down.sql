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
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    line_id TEXT REFERENCES budget_lines (id),
    org_unit TEXT NOT NULL,
    grade TEXT,
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT NOT NULL CHECK (kind IN ('post', 'authorisation', 'training')),
    starts_on TEXT,
    note TEXT,
    position INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
INSERT INTO posts_old (id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, starts_on, note, position, source)
SELECT id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, CASE kind WHEN 'temporary' THEN 'post' ELSE kind END, starts_on, note, position,
    COALESCE(source, '{"file":"zinne","line":1,"text":""}') FROM posts;
DROP TABLE posts;
ALTER TABLE posts_old RENAME TO posts;
CREATE INDEX posts_by_programme ON posts (programme_id, position);
PRAGMA defer_foreign_keys = ON;
CREATE TABLE resolutions_kept AS SELECT * FROM resolutions;
DROP TABLE resolutions;
CREATE TABLE resolutions (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    key TEXT NOT NULL,
    paper TEXT NOT NULL,
    paper_title TEXT NOT NULL,
    body TEXT NOT NULL,
    decided_on TEXT NOT NULL,
    is_public INTEGER NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('preliminary', 'decision', 'information')),
    outcome TEXT NOT NULL CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted')),
    source TEXT NOT NULL,
    UNIQUE (institution_id, key)
) STRICT;
INSERT INTO resolutions (id, institution_id, key, paper, paper_title, body, decided_on, is_public, kind, outcome, source)
SELECT id, institution_id, key, paper, paper_title, body, decided_on, is_public, kind, CASE outcome WHEN 'rejected' THEN 'open' ELSE outcome END,
    COALESCE(source, '{"file":"zinne","line":1,"text":""}') FROM resolutions_kept;
DROP TABLE resolutions_kept;
