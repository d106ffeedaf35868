DROP TABLE saved_filters;
DROP TABLE measure_successions;
DROP TABLE postponements;
DROP TABLE measure_comments;
DROP TABLE measure_evidence;
DROP TABLE measure_target_objects;
DROP TABLE target_objects;
DROP TABLE measure_dependencies;
DROP TABLE measure_places;
DROP INDEX measures_by_change;
DROP INDEX measures_by_org_unit;
DROP INDEX measures_by_priority;
DROP INDEX measures_by_verifier;
DROP INDEX measures_by_deputy;
ALTER TABLE measures DROP COLUMN verifier_id;
ALTER TABLE measures DROP COLUMN deputy_id;
ALTER TABLE measures ADD COLUMN note TEXT COLLATE "C";
ALTER TABLE measures ADD COLUMN source TEXT COLLATE "C";
UPDATE measures SET
    note = (SELECT note FROM measure_details WHERE measure_id = measures.id),
    source = (SELECT sources::json ->> 0 FROM measure_details WHERE measure_id = measures.id);
DROP TABLE measure_details;
