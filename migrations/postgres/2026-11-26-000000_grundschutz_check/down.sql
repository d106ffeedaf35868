DROP TABLE requirement_checks;
