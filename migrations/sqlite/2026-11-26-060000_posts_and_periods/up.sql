-- What a council decided may be entered by hand, and its outcome filled in later. Programmes lead to this table, so that it
-- is made anew under its own name, with the check of keys put off to the end of the transaction.
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
    outcome TEXT NOT NULL CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted', 'rejected')),
    source TEXT,
    version INTEGER NOT NULL DEFAULT 1,
    UNIQUE (institution_id, key)
) STRICT;
INSERT INTO resolutions (id, institution_id, key, paper, paper_title, body, decided_on, is_public, kind, outcome, source)
SELECT id, institution_id, key, paper, paper_title, body, decided_on, is_public, kind, outcome, source FROM resolutions_kept;
DROP TABLE resolutions_kept;
CREATE INDEX resolutions_by_day ON resolutions (institution_id, decided_on, id);

-- Posts have steps, versions, an end (kw), a price and a resolution of their own; they may be entered by hand.
CREATE TABLE posts_new (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    line_id TEXT REFERENCES budget_lines (id),
    org_unit TEXT NOT NULL,
    grade TEXT,
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT NOT NULL CHECK (kind IN ('post', 'authorisation', 'training', 'temporary')),
    status TEXT NOT NULL CHECK (status IN ('requested', 'granted', 'advertised', 'filled', 'ending', 'dropped')),
    filled_hundredths INTEGER NOT NULL CHECK (filled_hundredths BETWEEN 0 AND hundredths),
    starts_on TEXT,
    early_starts_on TEXT,
    ends_on TEXT,
    staffing_plan_year INTEGER,
    cost_year_cents INTEGER CHECK (cost_year_cents >= 0),
    resolution_id TEXT REFERENCES resolutions (id),
    note TEXT,
    position INTEGER NOT NULL,
    source TEXT,
    version INTEGER NOT NULL DEFAULT 1
) STRICT;
INSERT INTO posts_new (id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, status, filled_hundredths, starts_on, note, position, source)
SELECT id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, 'requested', 0, starts_on, note, position, source FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
CREATE INDEX posts_by_programme ON posts (programme_id, position);
CREATE INDEX posts_by_resolution ON posts (resolution_id);

-- A printed total may sum whole programmes or printed parts, and be rounded; numbers of posts are printed as well.
ALTER TABLE printed_totals ADD COLUMN precision TEXT NOT NULL DEFAULT 'exact' CHECK (precision IN ('exact', 'thousand', 'tenth_million'));
ALTER TABLE printed_totals ADD COLUMN programme_keys TEXT NOT NULL DEFAULT '[]';
ALTER TABLE printed_totals ADD COLUMN parts TEXT NOT NULL DEFAULT '[]';
CREATE TABLE printed_post_totals (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    name TEXT NOT NULL,
    programme_keys TEXT NOT NULL,
    early INTEGER NOT NULL,
    hundredths INTEGER NOT NULL,
    position INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX printed_post_totals_by_programme ON printed_post_totals (programme_id, position);

CREATE TABLE budget_periods (
    id TEXT PRIMARY KEY,
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    first_year INTEGER NOT NULL,
    last_year INTEGER NOT NULL CHECK (last_year - first_year BETWEEN 0 AND 1),
    state TEXT NOT NULL CHECK (state IN ('draft', 'provisional', 'adopted', 'in_force', 'closed')),
    note TEXT,
    version INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    updated_at TEXT NOT NULL
) STRICT;
CREATE INDEX budget_periods_by_institution ON budget_periods (institution_id, first_year);
-- Every year of an institution has one budget at most.
CREATE TABLE budget_period_years (
    institution_id TEXT NOT NULL REFERENCES institutions (id),
    year INTEGER NOT NULL,
    period_id TEXT NOT NULL REFERENCES budget_periods (id),
    PRIMARY KEY (institution_id, year)
) STRICT;
CREATE INDEX budget_period_years_by_period ON budget_period_years (period_id);

ALTER TABLE programmes ADD COLUMN parent_id TEXT REFERENCES programmes (id);
CREATE INDEX programmes_by_parent ON programmes (parent_id);
CREATE TABLE programme_conditions (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    text TEXT NOT NULL,
    position INTEGER NOT NULL,
    source TEXT NOT NULL
) STRICT;
CREATE INDEX programme_conditions_by_programme ON programme_conditions (programme_id, position);
CREATE TABLE programme_duties (
    id TEXT PRIMARY KEY,
    programme_id TEXT NOT NULL REFERENCES programmes (id),
    key TEXT NOT NULL,
    text TEXT NOT NULL,
    due_on TEXT,
    due_precision TEXT CHECK (due_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    recurrence TEXT NOT NULL CHECK (recurrence IN ('once', 'half_yearly', 'yearly')),
    until_on TEXT,
    needs_decision INTEGER NOT NULL,
    position INTEGER NOT NULL,
    source TEXT NOT NULL,
    UNIQUE (programme_id, key),
    CHECK ((due_on IS NULL) = (due_precision IS NULL))
) STRICT;
