DROP TABLE posting_rules;
DROP TABLE finance_postings;
DROP TABLE finance_imports;
