-- What a council decided may be entered by hand, and its outcome filled in later.
ALTER TABLE resolutions DROP CONSTRAINT resolutions_kind_check;
ALTER TABLE resolutions ADD CONSTRAINT resolutions_kind_check CHECK (kind IN ('preliminary', 'decision', 'information'));
ALTER TABLE resolutions DROP CONSTRAINT resolutions_outcome_check;
ALTER TABLE resolutions ADD CONSTRAINT resolutions_outcome_check CHECK (outcome IN ('open', 'recommended', 'adopted', 'noted', 'rejected'));
ALTER TABLE resolutions ALTER COLUMN source DROP NOT NULL;
ALTER TABLE resolutions ADD COLUMN version INTEGER NOT NULL DEFAULT 1;
CREATE INDEX resolutions_by_day ON resolutions (institution_id, decided_on, id);

-- Posts have steps, versions, an end (kw), a price and a resolution of their own; they may be entered by hand.
CREATE TABLE posts_new (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    line_id TEXT COLLATE "C" REFERENCES budget_lines (id),
    org_unit TEXT COLLATE "C" NOT NULL,
    grade TEXT COLLATE "C",
    hundredths INTEGER NOT NULL CHECK (hundredths > 0),
    early_hundredths INTEGER NOT NULL CHECK (early_hundredths BETWEEN 0 AND hundredths),
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('post', 'authorisation', 'training', 'temporary')),
    status TEXT COLLATE "C" NOT NULL CHECK (status IN ('requested', 'granted', 'advertised', 'filled', 'ending', 'dropped')),
    filled_hundredths INTEGER NOT NULL CHECK (filled_hundredths BETWEEN 0 AND hundredths),
    starts_on DATE,
    early_starts_on DATE,
    ends_on DATE,
    staffing_plan_year INTEGER,
    cost_year_cents BIGINT CHECK (cost_year_cents >= 0),
    resolution_id TEXT COLLATE "C" REFERENCES resolutions (id),
    note TEXT COLLATE "C",
    position INTEGER NOT NULL,
    source TEXT COLLATE "C",
    version INTEGER NOT NULL DEFAULT 1
);
INSERT INTO posts_new (id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, status, filled_hundredths, starts_on, note, position, source)
SELECT id, programme_id, line_id, org_unit, grade, hundredths, early_hundredths, kind, 'requested', 0, starts_on, note, position, source FROM posts;
DROP TABLE posts;
ALTER TABLE posts_new RENAME TO posts;
ALTER INDEX posts_new_pkey RENAME TO posts_pkey;
CREATE INDEX posts_by_programme ON posts (programme_id, position);
CREATE INDEX posts_by_resolution ON posts (resolution_id);

-- A printed total may sum whole programmes or printed parts, and be rounded; numbers of posts are printed as well.
ALTER TABLE printed_totals ADD COLUMN precision TEXT COLLATE "C" NOT NULL DEFAULT 'exact' CHECK (precision IN ('exact', 'thousand', 'tenth_million'));
ALTER TABLE printed_totals ADD COLUMN programme_keys TEXT COLLATE "C" NOT NULL DEFAULT '[]';
ALTER TABLE printed_totals ADD COLUMN parts TEXT COLLATE "C" NOT NULL DEFAULT '[]';
CREATE TABLE printed_post_totals (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    name TEXT COLLATE "C" NOT NULL,
    programme_keys TEXT COLLATE "C" NOT NULL,
    early BOOLEAN NOT NULL,
    hundredths BIGINT NOT NULL,
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX printed_post_totals_by_programme ON printed_post_totals (programme_id, position);

CREATE TABLE budget_periods (
    id TEXT COLLATE "C" PRIMARY KEY,
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    first_year INTEGER NOT NULL,
    last_year INTEGER NOT NULL CHECK (last_year - first_year BETWEEN 0 AND 1),
    state TEXT COLLATE "C" NOT NULL CHECK (state IN ('draft', 'provisional', 'adopted', 'in_force', 'closed')),
    note TEXT COLLATE "C",
    version INTEGER NOT NULL,
    created_at TIMESTAMP NOT NULL,
    updated_at TIMESTAMP NOT NULL
);
CREATE INDEX budget_periods_by_institution ON budget_periods (institution_id, first_year);
-- Every year of an institution has one budget at most.
CREATE TABLE budget_period_years (
    institution_id TEXT COLLATE "C" NOT NULL REFERENCES institutions (id),
    year INTEGER NOT NULL,
    period_id TEXT COLLATE "C" NOT NULL REFERENCES budget_periods (id),
    PRIMARY KEY (institution_id, year)
);
CREATE INDEX budget_period_years_by_period ON budget_period_years (period_id);

ALTER TABLE programmes ADD COLUMN parent_id TEXT COLLATE "C" REFERENCES programmes (id);
CREATE INDEX programmes_by_parent ON programmes (parent_id);
CREATE TABLE programme_conditions (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    text TEXT COLLATE "C" NOT NULL,
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
CREATE INDEX programme_conditions_by_programme ON programme_conditions (programme_id, position);
CREATE TABLE programme_duties (
    id TEXT COLLATE "C" PRIMARY KEY,
    programme_id TEXT COLLATE "C" NOT NULL REFERENCES programmes (id),
    key TEXT COLLATE "C" NOT NULL,
    text TEXT COLLATE "C" NOT NULL,
    due_on DATE,
    due_precision TEXT COLLATE "C" CHECK (due_precision IN ('day', 'month', 'quarter', 'half', 'year', 'season')),
    recurrence TEXT COLLATE "C" NOT NULL CHECK (recurrence IN ('once', 'half_yearly', 'yearly')),
    until_on DATE,
    needs_decision BOOLEAN NOT NULL,
    position INTEGER NOT NULL,
    source TEXT COLLATE "C" NOT NULL,
    UNIQUE (programme_id, key),
    CHECK ((due_on IS NULL) = (due_precision IS NULL))
);
