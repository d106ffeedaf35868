-- Why money was ordered while the budget of its year was provisional (DOMAIN BUD-7, BA-8).
ALTER TABLE budget_entries ADD COLUMN interim_reason TEXT
    CHECK (interim_reason IN ('legally_obliged', 'cannot_be_postponed', 'continuation', 'reported'));
-- The few entries that alarms look at one by one. `reverses` is among the columns, or SQLite would go by its own index, which
-- holds nearly all entries.
CREATE INDEX budget_entries_interim ON budget_entries (line_id) WHERE interim_reason IS NOT NULL;
CREATE INDEX budget_entries_drafts ON budget_entries (line_id, reverses) WHERE state = 'draft';
CREATE INDEX budget_entries_covers ON budget_entries (line_id, reverses) WHERE entry_type = 'cover';
