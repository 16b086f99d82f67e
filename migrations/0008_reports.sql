-- A week's report as it was read in the meeting: figures frozen, with the ids behind them findable by the same filters.
CREATE TABLE weekly_report (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, week {{TEXT}} NOT NULL, body {{TEXT}} NOT NULL,
  made_at {{INT}} NOT NULL, made_by {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX weekly_report_once ON weekly_report (store_id, week);
