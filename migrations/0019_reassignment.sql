-- What a supervisor moved from one agent to another in one go, so that it can be taken back: `moves` lists contact,
-- former agent and new agent. Kept for a week.
CREATE TABLE reassignment (
  id {{INT}} PRIMARY KEY, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, by_user {{INT}} NOT NULL, at {{INT}} NOT NULL,
  moves {{TEXT}} NOT NULL, undone_at {{INT}}
) {{STRICT}};
CREATE INDEX reassignment_by_store ON reassignment (store_id, at);
