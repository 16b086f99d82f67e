-- A customer whose file went into another's: the row stays, so that what names it goes on naming somebody.
ALTER TABLE customer ADD COLUMN merged_into {{INT}};

-- One merge: what went from whom to whom, so that it can be parted again. journal: ids of what moved, and values before.
CREATE TABLE customer_merge (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, kept {{INT}} NOT NULL, gone {{INT}} NOT NULL, actor {{INT}}, at {{INT}} NOT NULL,
  journal {{TEXT}} NOT NULL, undone_at {{INT}}, undone_by {{INT}}, stayed {{TEXT}}
) {{STRICT}};
CREATE INDEX customer_merge_by_kept ON customer_merge (kept, id);
CREATE INDEX customer_merge_by_gone ON customer_merge (gone, id);
CREATE INDEX customer_merge_by_group ON customer_merge (group_id, id);

-- A pair that somebody looked at and found to be two people is remembered, and not listed again.
ALTER TABLE possible_duplicate ADD COLUMN apart_at {{INT}};
ALTER TABLE possible_duplicate ADD COLUMN apart_by {{INT}};

-- Merging is the care supervisor's right, in groups that are there already, too.
UPDATE role SET grants = replace(grants, '["customer.reveal","store"]', '["customer.reveal","store"],["customer.merge","store"]')
  WHERE shipped = 1 AND role_key = 'care_supervisor';
