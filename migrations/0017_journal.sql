-- The journal of an import: one line per row of the file, with all that the row did in its order, so that writing it is
-- one entry and taking it back reads one.
CREATE TABLE import_journal (
  import_id {{INT}} NOT NULL, seq {{INT}} NOT NULL, changes {{TEXT}} NOT NULL, group_id {{INT}} NOT NULL,
  PRIMARY KEY (import_id, seq)
) STRICT, WITHOUT ROWID; -- lite
); -- pg
INSERT INTO import_journal (import_id, seq, changes, group_id) SELECT import_id, seq, json_group_array(json_object('entity', entity, 'id', entity_id, 'op', op, 'field', field, 'before', before_value, 'after', after_value) ORDER BY id), MIN(group_id) FROM import_change GROUP BY import_id, seq; -- lite
INSERT INTO import_journal (import_id, seq, changes, group_id) SELECT import_id, seq, CAST(json_agg(json_build_object('entity', entity, 'id', entity_id, 'op', op, 'field', field, 'before', before_value, 'after', after_value) ORDER BY id) AS TEXT), MIN(group_id) FROM import_change GROUP BY import_id, seq; -- pg
DROP TABLE import_change;
