DROP TABLE alarm_occurrences;
