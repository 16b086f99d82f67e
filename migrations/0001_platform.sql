CREATE TABLE node_lease (node {{ID}}, until {{INT}} NOT NULL, floor {{INT}} NOT NULL) {{STRICT}};

-- Ids only: events outlive an erasure.
CREATE TABLE event (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, kind {{TEXT}} NOT NULL, subject {{INT}} NOT NULL,
  at {{INT}} NOT NULL, actor {{INT}}, ids {{TEXT}} NOT NULL
) {{STRICT}};
CREATE INDEX event_by_subject ON event (group_id, kind, subject, id);

-- Who changed what, when, which fields; the values stand in audit_payload, which can be erased with its salt.
CREATE TABLE audit (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, at {{INT}} NOT NULL, actor {{INT}}, action {{TEXT}} NOT NULL,
  entity {{TEXT}} NOT NULL, entity_id {{INT}} NOT NULL, fields {{TEXT}} NOT NULL, payload_hash {{TEXT}}
) {{STRICT}};
CREATE INDEX audit_by_entity ON audit (group_id, entity, entity_id, id);
CREATE INDEX audit_by_actor ON audit (group_id, actor, id);
CREATE TABLE audit_payload (
  audit_id {{ID}}, group_id {{INT}} NOT NULL, salt {{TEXT}} NOT NULL, before_values {{TEXT}}, after_values {{TEXT}}
) {{STRICT}};

CREATE TABLE job (
  id {{ID}}, group_id {{INT}}, store_id {{INT}}, kind {{TEXT}} NOT NULL, dedup_key {{TEXT}} NOT NULL, payload {{TEXT}} NOT NULL,
  run_at {{INT}} NOT NULL, attempts {{INT}} NOT NULL DEFAULT 0, locked_until {{INT}} NOT NULL DEFAULT 0,
  fence {{INT}} NOT NULL DEFAULT 0, done_at {{INT}}, error {{TEXT}}
) {{STRICT}};
CREATE UNIQUE INDEX job_once ON job (dedup_key);
CREATE INDEX job_due ON job (run_at, id) WHERE done_at IS NULL;

CREATE TABLE notification (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, user_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL,
  subject {{INT}} NOT NULL, args {{TEXT}} NOT NULL, at {{INT}} NOT NULL, read_at {{INT}}
) {{STRICT}};
CREATE INDEX notification_unread ON notification (user_id, id) WHERE read_at IS NULL;
CREATE INDEX notification_by_user ON notification (user_id, id);

-- Everything that is "kept as data": rules, scripts, outcomes, clocks. One document per version; undo is a new version.
-- store_id 0 = the whole group.
CREATE TABLE rulebook (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, version {{INT}} NOT NULL,
  body {{TEXT}} NOT NULL, note {{TEXT}} NOT NULL, at {{INT}} NOT NULL, actor {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX rulebook_version ON rulebook (group_id, store_id, kind, version);

-- Small settings with one value each. store_id 0 = the whole group.
CREATE TABLE setting (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, name {{TEXT}} NOT NULL, value {{TEXT}} NOT NULL,
  at {{INT}} NOT NULL, actor {{INT}}, PRIMARY KEY (group_id, store_id, name)
) {{STRICT}};

-- Numbers that people read aloud (case #2041), counted per store.
CREATE TABLE counter (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, name {{TEXT}} NOT NULL, value {{INT}} NOT NULL,
  PRIMARY KEY (store_id, name)
) {{STRICT}};
