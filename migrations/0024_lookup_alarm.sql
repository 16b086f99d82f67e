-- Whoever comes to a limit on looking numbers up is reported once an hour. kind: reveal-hour | reveal-day | search.
CREATE TABLE lookup_alarm (
  user_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, hour {{INT}} NOT NULL, group_id {{INT}} NOT NULL, store_id {{INT}}, at {{INT}} NOT NULL,
  PRIMARY KEY (user_id, kind, hour)
) {{STRICT}};
