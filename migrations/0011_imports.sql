-- What a row would plan, as of its preview: event days of the tasks, joined by commas; "-" where something speaks
-- against a call. alike: the row makes somebody who resembles somebody known.
ALTER TABLE import_row ADD COLUMN plans {{TEXT}} NOT NULL DEFAULT '';
ALTER TABLE import_row ADD COLUMN alike {{INT}} NOT NULL DEFAULT 0;
CREATE INDEX import_row_alike ON import_row (import_id, seq) WHERE alike=1;

-- The first rows of each sheet, to choose the header from; personal data, erased with the staging rows.
ALTER TABLE import_batch ADD COLUMN head {{TEXT}} NOT NULL DEFAULT '{}';

-- Lists of possible duplicates, the latest first.
CREATE INDEX possible_duplicate_by_group ON possible_duplicate (group_id, found_at, a, b);
