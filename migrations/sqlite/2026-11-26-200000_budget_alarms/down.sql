DROP INDEX budget_entries_covers;
DROP INDEX budget_entries_drafts;
DROP INDEX budget_entries_interim;
ALTER TABLE budget_entries DROP COLUMN interim_reason;
