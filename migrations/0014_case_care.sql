-- What a manager must do next has a stored deadline too: record the result after the contact, decide after a re-call
-- that ended without an answer. `overdue_at`: when the present deadline was found missed and told; `recall_end` and
-- `recall_ended_at`: how and when the last re-call ended without an answer.
ALTER TABLE case_file ADD COLUMN act_due_at {{INT}};
ALTER TABLE case_file ADD COLUMN overdue_at {{INT}};
ALTER TABLE case_file ADD COLUMN recall_end {{TEXT}};
ALTER TABLE case_file ADD COLUMN recall_ended_at {{INT}};

-- Cases of before get three days from now-on-the-record: from the contact, from the missed re-call's deadline.
UPDATE case_file SET act_due_at = contacted_at + 259200000, next_due_at = contacted_at + 259200000
  WHERE state = 'contacted' AND contacted_at IS NOT NULL AND closed_at IS NULL;
UPDATE case_file SET state = 'undecided', recall_end = 'exhausted', recall_ended_at = recall_due_at,
  act_due_at = recall_due_at + 259200000, next_due_at = recall_due_at + 259200000
  WHERE state = 'recall' AND recall_task_id IS NULL AND closed_at IS NULL;

-- Deadlines that were missed and not yet told; escalated ones were told when they were escalated.
UPDATE case_file SET overdue_at = escalated_at WHERE state = 'waiting' AND escalated_at IS NOT NULL AND closed_at IS NULL;
DROP INDEX case_file_late;
CREATE INDEX case_file_late ON case_file (next_due_at, id) WHERE overdue_at IS NULL AND closed_at IS NULL;
