ALTER TABLE institutions DROP COLUMN land;
