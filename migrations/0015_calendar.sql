-- Which edition of a calendar is in force: rows of hours or days that change leave a new number here, so that a calendar
-- that was built once serves until then. store_id 0 = the days of the whole group.
CREATE TABLE calendar_edition (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, edition {{INT}} NOT NULL, PRIMARY KEY (group_id, store_id)
) {{STRICT}};
