-- Shares of a line between the measures that it pays for (DOMAIN §4.2): basis points or cents, for one year, or (year 0) for
-- every year that has none of its own. A line without any is shared in equal parts.
CREATE TABLE line_allocations (
    line_id TEXT COLLATE "C" NOT NULL REFERENCES budget_lines (id),
    measure_id TEXT COLLATE "C" NOT NULL REFERENCES measures (id),
    year INTEGER NOT NULL,
    share_bp BIGINT CHECK (share_bp BETWEEN 1 AND 10000),
    cents BIGINT CHECK (cents > 0),
    PRIMARY KEY (line_id, measure_id, year),
    FOREIGN KEY (measure_id, line_id) REFERENCES measure_lines (measure_id, line_id),
    CHECK ((share_bp IS NULL) <> (cents IS NULL))
);
CREATE INDEX line_allocations_by_measure ON line_allocations (measure_id, line_id);
-- Counts changes of the allocations of a line, from 1.
ALTER TABLE budget_lines ADD COLUMN allocations_version INTEGER NOT NULL DEFAULT 1;
