-- state: waiting (for contact) | contacted | recall (result recorded, re-call due) | closed. round rises when a re-call finds the
-- customer unsatisfied; cause then is the one that did not hold. kinds_version: the rulebook its kind and fields are read with.
-- touched: somebody acted on it since the call that opened it or the re-call that settled it (recall_attempt_id). class: inquiry | rescue | complaint. kind: A7.x.y. fields: the values of the record sentence.
CREATE TABLE case_file (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, number {{INT}} NOT NULL, class {{TEXT}} NOT NULL, kind {{TEXT}} NOT NULL,
  department {{TEXT}} NOT NULL, customer_id {{INT}} NOT NULL, vehicle_id {{INT}}, phone_line_id {{INT}}, subject_kind {{TEXT}}, subject_id {{INT}},
  attempt_id {{INT}}, state {{TEXT}} NOT NULL, round {{INT}} NOT NULL DEFAULT 1, title {{TEXT}} NOT NULL, fields {{TEXT}} NOT NULL,
  owner_id {{INT}}, opened_at {{INT}} NOT NULL, opened_by {{INT}}, contact_due_at {{INT}} NOT NULL, contacted_at {{INT}}, contacted_by {{INT}},
  result {{TEXT}}, cause_kind {{TEXT}}, cause {{TEXT}}, result_at {{INT}}, recall_due_at {{INT}}, recall_task_id {{INT}}, escalated_at {{INT}},
  closed_at {{INT}}, verdict {{TEXT}}, recall_attempt_id {{INT}}, next_due_at {{INT}}, touched {{INT}} NOT NULL DEFAULT 0, withdrawn_at {{INT}},
  kinds_version {{INT}} NOT NULL DEFAULT 0, version {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE UNIQUE INDEX case_file_number ON case_file (store_id, number);
CREATE UNIQUE INDEX case_file_by_attempt ON case_file (attempt_id) WHERE attempt_id IS NOT NULL;
CREATE INDEX case_file_open ON case_file (store_id, department, next_due_at, id) WHERE closed_at IS NULL;
CREATE INDEX case_file_by_store ON case_file (store_id, opened_at, id);
CREATE INDEX case_file_late ON case_file (contact_due_at, id) WHERE state = 'waiting' AND escalated_at IS NULL AND closed_at IS NULL;
CREATE INDEX case_file_by_recall ON case_file (recall_attempt_id) WHERE recall_attempt_id IS NOT NULL;
CREATE INDEX case_file_by_owner ON case_file (owner_id) WHERE closed_at IS NULL AND owner_id IS NOT NULL;
CREATE INDEX case_file_by_customer ON case_file (customer_id, id);

-- What it is about: one row per bad answer or remark.
CREATE TABLE case_point (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, case_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, department {{TEXT}} NOT NULL,
  question {{TEXT}}, option_key {{TEXT}}, remark_id {{INT}}, text {{TEXT}}, round {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE INDEX case_point_by_case ON case_point (case_id, id);

-- The course of the case. kind: opened | taken | contacted | result | field | recall | reopened | closed |
-- note | escalated | decided | handed_over | withdrawn | call_revoked
CREATE TABLE case_step (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, case_id {{INT}} NOT NULL, at {{INT}} NOT NULL, actor {{INT}},
  kind {{TEXT}} NOT NULL, text {{TEXT}}, args {{TEXT}} NOT NULL
) {{STRICT}};
CREATE INDEX case_step_by_case ON case_step (case_id, id);
