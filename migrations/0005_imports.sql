-- beat_at: when somebody last worked on it; long ago in a busy state = its worker died.
-- state: uploaded | parsing | asking | previewed | applying | applied | undoing | undone | failed | cancelled
CREATE TABLE import_batch (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, kind {{TEXT}} NOT NULL, file_name {{TEXT}} NOT NULL, file_hash {{TEXT}} NOT NULL,
  blob_path {{TEXT}} NOT NULL, state {{TEXT}} NOT NULL, layout {{TEXT}}, mapping {{TEXT}} NOT NULL, options {{TEXT}} NOT NULL,
  counts {{TEXT}} NOT NULL, rows_total {{INT}} NOT NULL DEFAULT 0, rows_done {{INT}} NOT NULL DEFAULT 0,
  tasks_planned {{INT}} NOT NULL DEFAULT 0, fault {{TEXT}}, actor {{INT}}, created_at {{INT}} NOT NULL, applied_at {{INT}},
  undone_at {{INT}}, busy_ms {{INT}} NOT NULL DEFAULT 0, beat_at {{INT}} NOT NULL DEFAULT 0, version {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE INDEX import_batch_by_store ON import_batch (group_id, id);

-- Staging; erased 30 days after. event_on: the day a follow-up counts from. verdict: new | changed | same | rejected | skipped; state: staged | applied | undone | kept | moved
CREATE TABLE import_row (
  import_id {{INT}} NOT NULL, seq {{INT}} NOT NULL, sheet {{TEXT}} NOT NULL, row_no {{INT}} NOT NULL, verdict {{TEXT}} NOT NULL,
  state {{TEXT}} NOT NULL, late {{INT}} NOT NULL DEFAULT 0, store_id {{INT}}, event_on {{TEXT}}, subject_id {{INT}}, seen_version {{INT}},
  raw {{TEXT}} NOT NULL, draft {{TEXT}}, notes {{TEXT}} NOT NULL, group_id {{INT}} NOT NULL, PRIMARY KEY (import_id, seq)
) {{STRICT}};
CREATE INDEX import_row_by_verdict ON import_row (import_id, verdict, seq);

-- What each row did, so that it can be taken back: op created | changed; before/after per field.
CREATE TABLE import_change (
  id {{ID}}, import_id {{INT}} NOT NULL, seq {{INT}} NOT NULL, entity {{TEXT}} NOT NULL, entity_id {{INT}} NOT NULL, op {{TEXT}} NOT NULL,
  field {{TEXT}}, before_value {{TEXT}}, after_value {{TEXT}}, group_id {{INT}} NOT NULL
) {{STRICT}};
CREATE INDEX import_change_by_row ON import_change (import_id, seq, id);

-- The mapping last used for a layout at a store (store_id 0 = files that name their stores).
CREATE TABLE import_layout (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, layout {{TEXT}} NOT NULL, kind {{TEXT}} NOT NULL, mapping {{TEXT}} NOT NULL,
  options {{TEXT}} NOT NULL, at {{INT}} NOT NULL, PRIMARY KEY (group_id, store_id, layout)
) {{STRICT}};

-- A store code in somebody's file → our store.
CREATE TABLE import_store_code (
  group_id {{INT}} NOT NULL, code {{TEXT}} NOT NULL, store_id {{INT}} NOT NULL, PRIMARY KEY (group_id, code)
) {{STRICT}};

-- One chunk of a group's imports at a time: two of them may bring the same new customer or car.
CREATE TABLE import_turn (group_id {{ID}}, import_id {{INT}} NOT NULL, at {{INT}} NOT NULL) {{STRICT}};
