-- One event of one customer that somebody must ask about. kind: the rule's key (3DC, 7DC) or recall.
-- state: hidden (its import is not applied yet) | open | done | ended
-- result when done/ended: complete | partial | refused | opted_out | exhausted | expired | merged | no_number | cancelled | superseded
-- round: a case that is opened again gets a further re-call. class (targets): new_car | new_car_repair | repair | recall. Deadlines are computed once and stored.
CREATE TABLE task (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, class {{TEXT}} NOT NULL,
  rule_version {{INT}} NOT NULL, subject_kind {{TEXT}} NOT NULL, subject_id {{INT}} NOT NULL, round {{INT}} NOT NULL DEFAULT 1,
  customer_id {{INT}} NOT NULL, vehicle_id {{INT}}, phone_line_id {{INT}}, contact_id {{INT}}, event_on {{TEXT}} NOT NULL, from_on {{TEXT}} NOT NULL,
  due_on {{TEXT}} NOT NULL, from_at {{INT}} NOT NULL, due_at {{INT}} NOT NULL, expires_at {{INT}} NOT NULL, state {{TEXT}} NOT NULL,
  result {{TEXT}}, attempts {{INT}} NOT NULL DEFAULT 0, attempts_in_window {{INT}} NOT NULL DEFAULT 0,
  reached {{INT}} NOT NULL DEFAULT 0, max_attempts {{INT}} NOT NULL, agent_id {{INT}}, closed_at {{INT}}, created_at {{INT}} NOT NULL,
  import_id {{INT}}, version {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE UNIQUE INDEX task_once ON task (store_id, kind, subject_kind, subject_id, round);
CREATE INDEX task_by_contact ON task (contact_id);
CREATE INDEX task_by_customer ON task (customer_id, state);
CREATE INDEX task_by_window ON task (store_id, due_on, kind, id);
CREATE INDEX task_open_expiry ON task (expires_at, id) WHERE state IN ('open', 'hidden');
CREATE INDEX task_by_import ON task (import_id) WHERE import_id IS NOT NULL;

-- One person's open tasks in one store: what stands in the queue and is called.
-- state: hidden | open | number_needed | done. attempts, then rank order within one deadline: lower first.
-- kinds: ,3DC,7DC, import_id only while hidden.
CREATE TABLE contact (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL, phone_line_id {{INT}},
  person_key {{TEXT}} NOT NULL, person_name {{TEXT}}, state {{TEXT}} NOT NULL, kinds {{TEXT}} NOT NULL, vehicle_id {{INT}}, due_at {{INT}} NOT NULL,
  from_at {{INT}} NOT NULL, expires_at {{INT}} NOT NULL, not_before {{INT}} NOT NULL, promise_at {{INT}}, attempts {{INT}} NOT NULL DEFAULT 0,
  rank {{INT}} NOT NULL, agent_id {{INT}}, best_time {{TEXT}}, lease_user {{INT}}, lease_until {{INT}} NOT NULL DEFAULT 0,
  skip_reason {{TEXT}}, last_outcome {{TEXT}}, last_attempt_at {{INT}}, closed_at {{INT}}, created_at {{INT}} NOT NULL,
  import_id {{INT}}, version {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE INDEX contact_queue ON contact (store_id, agent_id, due_at, attempts, rank, id) WHERE state = 'open';
CREATE INDEX contact_queue_store ON contact (store_id, due_at, attempts, rank, id) WHERE state = 'open';
CREATE INDEX contact_number_needed ON contact (store_id, due_at, id) WHERE state = 'number_needed';
CREATE INDEX contact_hidden ON contact (import_id, id) WHERE state = 'hidden';
CREATE INDEX contact_promises ON contact (store_id, promise_at) WHERE state = 'open' AND promise_at IS NOT NULL;
CREATE INDEX contact_by_person ON contact (store_id, person_key, state);
CREATE INDEX contact_by_customer ON contact (customer_id, state);

-- One try. client_id: the browser's, so that a call sent twice is stored once.
CREATE TABLE attempt (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, contact_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL,
  client_id {{TEXT}} NOT NULL, agent_id {{INT}} NOT NULL, direction {{TEXT}} NOT NULL, outcome {{TEXT}} NOT NULL,
  counts {{INT}} NOT NULL, reached {{INT}} NOT NULL, started_at {{INT}} NOT NULL, ended_at {{INT}} NOT NULL, seconds {{INT}} NOT NULL,
  phone_line_id {{INT}}, agreed_at {{INT}}, note {{TEXT}}, who_when {{TEXT}}, script_version {{INT}}, late {{INT}} NOT NULL DEFAULT 0,
  revoked_at {{INT}}, revoked_by {{INT}}, undo {{TEXT}}
) {{STRICT}};
CREATE UNIQUE INDEX attempt_once ON attempt (group_id, client_id);
CREATE INDEX attempt_by_contact ON attempt (contact_id, id);
CREATE INDEX attempt_by_agent ON attempt (store_id, agent_id, ended_at);
CREATE INDEX attempt_by_time ON attempt (store_id, ended_at, id);

CREATE TABLE attempt_task (
  attempt_id {{INT}} NOT NULL, task_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, result {{TEXT}},
  PRIMARY KEY (attempt_id, task_id)
) {{STRICT}};
CREATE INDEX attempt_task_by_task ON attempt_task (task_id);

-- effect: good | neutral | improve | bad, copied from the option as it was.
CREATE TABLE answer (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, attempt_id {{INT}} NOT NULL, task_id {{INT}} NOT NULL,
  question {{TEXT}} NOT NULL, option_key {{TEXT}}, effect {{TEXT}} NOT NULL, text {{TEXT}}, at {{INT}} NOT NULL, revoked {{INT}} NOT NULL DEFAULT 0
) {{STRICT}};
CREATE INDEX answer_by_attempt ON answer (attempt_id);
CREATE INDEX answer_by_question ON answer (store_id, question, at);

-- mark: praise | suggestion | complaint | question
CREATE TABLE remark (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, attempt_id {{INT}} NOT NULL, task_id {{INT}}, mark {{TEXT}} NOT NULL,
  text {{TEXT}} NOT NULL, person {{TEXT}}, wants_answer {{INT}} NOT NULL DEFAULT 0, at {{INT}} NOT NULL, revoked {{INT}} NOT NULL DEFAULT 0
) {{STRICT}};
CREATE INDEX remark_by_attempt ON remark (attempt_id);
CREATE INDEX remark_by_time ON remark (store_id, mark, at);

-- Events whose follow-up had expired before the data came: outside the rates, counted beside them.
CREATE TABLE late_event (
  store_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, subject_kind {{TEXT}} NOT NULL, subject_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  due_on {{TEXT}} NOT NULL, found_at {{INT}} NOT NULL, import_id {{INT}}, PRIMARY KEY (store_id, kind, subject_kind, subject_id)
) {{STRICT}};
CREATE INDEX late_event_by_due ON late_event (store_id, due_on);

-- Events that were skipped by a rule: opted_out | case_open | contacted_lately
CREATE TABLE skipped_event (
  store_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, subject_kind {{TEXT}} NOT NULL, subject_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  due_on {{TEXT}} NOT NULL, reason {{TEXT}} NOT NULL, at {{INT}} NOT NULL, import_id {{INT}}, PRIMARY KEY (store_id, kind, subject_kind, subject_id)
) {{STRICT}};
CREATE INDEX skipped_event_by_due ON skipped_event (store_id, due_on);

-- How new contacts are shared out. share 0 = gets none; absent days both included.
CREATE TABLE agent_share (
  store_id {{INT}} NOT NULL, user_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL, share {{INT}} NOT NULL,
  absent_from {{TEXT}}, absent_until {{TEXT}}, PRIMARY KEY (store_id, user_id)
) {{STRICT}};

CREATE TABLE dial_log (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, user_id {{INT}} NOT NULL, contact_id {{INT}}, case_id {{INT}},
  phone_line_id {{INT}} NOT NULL, at {{INT}} NOT NULL
) {{STRICT}};
CREATE INDEX dial_log_by_user ON dial_log (user_id, at);
CREATE INDEX dial_log_by_line ON dial_log (phone_line_id);
