-- Outcomes are data: a call keeps the edition of the outcome table that it was saved with, whose words name it. Calls of
-- before (NULL) are named by the table in force.
ALTER TABLE attempt ADD COLUMN outcome_version {{INT}};
