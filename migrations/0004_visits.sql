-- business_key: n:<number>, or v:<vin or plate>|<opened> without one. Local dates; *_min = minute of the day or NULL.
CREATE TABLE repair_order (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, business_key {{TEXT}} NOT NULL, number {{TEXT}},
  customer_id {{INT}} NOT NULL, vehicle_id {{INT}}, visitor_name {{TEXT}}, phone_line_id {{INT}},
  opened_on {{TEXT}} NOT NULL, opened_min {{INT}}, settled_on {{TEXT}}, settled_min {{INT}}, work_type {{TEXT}}, items {{TEXT}},
  mileage_km {{INT}}, estimate_fen {{INT}}, amount_fen {{INT}}, labour_fen {{INT}}, parts_fen {{INT}}, advisor {{TEXT}},
  appointment {{INT}}, state {{TEXT}} NOT NULL, content_hash {{TEXT}} NOT NULL, version {{INT}} NOT NULL DEFAULT 1,
  created_at {{INT}} NOT NULL, updated_at {{INT}} NOT NULL, import_id {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX repair_order_key ON repair_order (store_id, business_key);
CREATE INDEX repair_order_by_customer ON repair_order (customer_id, opened_on);
CREATE INDEX repair_order_by_vehicle ON repair_order (vehicle_id, opened_on);
CREATE INDEX repair_order_by_day ON repair_order (store_id, opened_on, id);

-- business_key: <vin>|<date>
CREATE TABLE delivery (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, business_key {{TEXT}} NOT NULL, customer_id {{INT}} NOT NULL,
  vehicle_id {{INT}} NOT NULL, phone_line_id {{INT}}, delivered_on {{TEXT}} NOT NULL, consultant {{TEXT}}, price_fen {{INT}},
  note {{TEXT}}, state {{TEXT}} NOT NULL, content_hash {{TEXT}} NOT NULL, version {{INT}} NOT NULL DEFAULT 1,
  created_at {{INT}} NOT NULL, updated_at {{INT}} NOT NULL, import_id {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX delivery_key ON delivery (store_id, business_key);
CREATE INDEX delivery_by_customer ON delivery (customer_id, delivered_on);
CREATE INDEX delivery_by_vehicle ON delivery (vehicle_id, delivered_on);
CREATE INDEX delivery_by_day ON delivery (store_id, delivered_on, id);
