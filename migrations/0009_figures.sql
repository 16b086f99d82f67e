-- The brand that an event's targets are read for, as the car had it when its follow-up was planned; '' = not known.
ALTER TABLE task ADD COLUMN brand {{TEXT}} NOT NULL DEFAULT '';
UPDATE task SET brand = COALESCE((SELECT TRIM(v.brand) FROM vehicle v WHERE v.id = task.vehicle_id), '');

-- Days of a store whose figures are to be counted again. what: task (by the day the window ends) | call (by the store's day of
-- the call). Rows are only ever added by whoever changes something, and taken away by whoever has counted: nobody waits.
CREATE TABLE figure_change (
  store_id {{INT}} NOT NULL, what {{TEXT}} NOT NULL, day {{TEXT}} NOT NULL, id {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  PRIMARY KEY (store_id, what, day, id)
) {{STRICT}};
INSERT INTO figure_change (store_id, what, day, id, group_id) SELECT DISTINCT store_id, 'task', due_on, 0, group_id FROM task;

-- Counted days (unit d, span 2026-11-26) and months of counted days (unit m, span 2026-11); D and M hold all agents together. A span with a row in figure_change
-- is not to be believed. agent_id 0 = nobody.
CREATE TABLE report_task (
  store_id {{INT}} NOT NULL, unit {{TEXT}} NOT NULL, span {{TEXT}} NOT NULL, agent_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL,
  class {{TEXT}} NOT NULL, brand {{TEXT}} NOT NULL, group_id {{INT}} NOT NULL, done {{INT}} NOT NULL, tried {{INT}} NOT NULL,
  missed {{INT}} NOT NULL, attempted {{INT}} NOT NULL, reached {{INT}} NOT NULL, complete {{INT}} NOT NULL,
  opted_out {{INT}} NOT NULL, merged {{INT}} NOT NULL, no_number {{INT}} NOT NULL, cancelled {{INT}} NOT NULL,
  superseded {{INT}} NOT NULL, PRIMARY KEY (store_id, unit, span, agent_id, kind, class, brand)
) {{STRICT}};

-- Answers by question and option; remarks stand with question '' and their mark as option.
CREATE TABLE report_said (
  store_id {{INT}} NOT NULL, unit {{TEXT}} NOT NULL, span {{TEXT}} NOT NULL, question {{TEXT}} NOT NULL, option_key {{TEXT}} NOT NULL,
  effect {{TEXT}} NOT NULL, group_id {{INT}} NOT NULL, n {{INT}} NOT NULL,
  PRIMARY KEY (store_id, unit, span, question, option_key, effect)
) {{STRICT}};

CREATE TABLE report_call (
  store_id {{INT}} NOT NULL, unit {{TEXT}} NOT NULL, span {{TEXT}} NOT NULL, agent_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  attempts {{INT}} NOT NULL, reached {{INT}} NOT NULL, talk {{INT}} NOT NULL, PRIMARY KEY (store_id, unit, span, agent_id)
) {{STRICT}};

-- The time zone in which a store's days of calls were counted.
CREATE TABLE report_zone (store_id {{INT}} NOT NULL PRIMARY KEY, group_id {{INT}} NOT NULL, tz {{TEXT}} NOT NULL) {{STRICT}};

-- Counting reads these instead of the rows.
CREATE INDEX answer_by_day ON answer (store_id, at, question, option_key, effect, revoked);
DROP INDEX late_event_by_due;
CREATE INDEX late_event_by_due ON late_event (store_id, due_on, kind, group_id);
DROP INDEX skipped_event_by_due;
CREATE INDEX skipped_event_by_due ON skipped_event (store_id, due_on, reason, kind, group_id);
