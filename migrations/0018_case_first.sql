-- Whether a customer was contacted in time is said of the first contact of a case, however often it opens again; and
-- the general manager's decision ends an escalation, so that the next missed deadline reaches him again.
ALTER TABLE case_file ADD COLUMN first_contact_due_at {{INT}};
ALTER TABLE case_file ADD COLUMN first_contacted_at {{INT}};
ALTER TABLE case_file ADD COLUMN decided_at {{INT}};

UPDATE case_file SET first_contact_due_at = contact_due_at, first_contacted_at = contacted_at WHERE round = 1;
-- Of cases that opened again before, the course knows the first contact; the deadline is taken as the shipped rule has
-- it, 24 hours after the opening.
UPDATE case_file SET first_contact_due_at = opened_at + 86400000,
  first_contacted_at = (SELECT MIN(s.at) FROM case_step s WHERE s.case_id = case_file.id AND s.kind = 'contacted')
  WHERE round > 1;
UPDATE case_file SET decided_at = (SELECT MAX(s.at) FROM case_step s WHERE s.case_id = case_file.id AND s.kind = 'decided'
  AND s.at >= case_file.escalated_at) WHERE escalated_at IS NOT NULL;
