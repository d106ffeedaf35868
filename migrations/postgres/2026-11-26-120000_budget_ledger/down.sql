ALTER TABLE ceilings DROP COLUMN counts_carry_overs;
ALTER TABLE ceilings DROP COLUMN group_id;
ALTER TABLE budget_lines DROP COLUMN transferable;
ALTER TABLE budget_lines DROP COLUMN cover_note;
ALTER TABLE budget_lines DROP COLUMN cover_group;
ALTER TABLE budget_lines DROP COLUMN investment_order;
ALTER TABLE budget_lines DROP COLUMN account;
ALTER TABLE budget_lines DROP COLUMN profit_centre;
ALTER TABLE budget_lines DROP COLUMN sub_budget;
-- Only what came with programme files fits in.
CREATE TABLE budget_entries_old (
    id TEXT COLLATE "C" PRIMARY KEY,
    line_id TEXT COLLATE "C" NOT NULL REFERENCES budget_lines (id),
    year INTEGER NOT NULL,
    entry_type TEXT COLLATE "C" NOT NULL CHECK (entry_type IN ('appropriation', 'overplan', 'financial_plan')),
    cents BIGINT NOT NULL CHECK (cents <> 0),
    flag TEXT COLLATE "C" CHECK (flag IN ('inferred', 'conflict', 'ocr_split')),
    booked_at TIMESTAMP NOT NULL,
    source TEXT COLLATE "C" NOT NULL
);
INSERT INTO budget_entries_old (id, line_id, year, entry_type, cents, flag, booked_at, source)
SELECT id, line_id, year, entry_type, cents, flag, booked_at, source FROM budget_entries WHERE source IS NOT NULL;
DROP TABLE budget_entries;
ALTER TABLE budget_entries_old RENAME TO budget_entries;
ALTER INDEX budget_entries_old_pkey RENAME TO budget_entries_pkey;
CREATE INDEX budget_entries_by_line ON budget_entries (line_id, year);
CREATE TRIGGER budget_entries_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON budget_entries
    FOR EACH STATEMENT EXECUTE FUNCTION refuse_change();
