CREATE TABLE customer (
  id {{ID}}, group_id {{INT}} NOT NULL, kind {{TEXT}} NOT NULL, name {{TEXT}} NOT NULL, name_key {{TEXT}} NOT NULL,
  gender {{TEXT}}, birthday {{TEXT}}, birthday_kind {{TEXT}}, region {{TEXT}}, channel {{TEXT}}, best_time {{TEXT}},
  source {{TEXT}}, credit_code {{TEXT}}, note {{TEXT}}, version {{INT}} NOT NULL DEFAULT 1,
  created_at {{INT}} NOT NULL, updated_at {{INT}} NOT NULL, opted_out_at {{INT}}, import_id {{INT}}
) {{STRICT}};
CREATE INDEX customer_by_name ON customer (group_id, name, id);

-- The customer's number in a store's dealer-management system.
CREATE TABLE customer_code (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, code {{TEXT}} NOT NULL, customer_id {{INT}} NOT NULL,
  PRIMARY KEY (group_id, store_id, code)
) {{STRICT}};
CREATE INDEX customer_code_by_customer ON customer_code (customer_id);

-- contact_name: whose number it is when not the customer's own (visitor, driver, fleet contact).
-- status: unknown | works | wrong | out_of_service. rank: lower is tried first.
CREATE TABLE customer_phone (
  id {{ID}}, group_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL, digits {{TEXT}} NOT NULL, contact_name {{TEXT}},
  contact_role {{TEXT}}, status {{TEXT}} NOT NULL, best_time {{TEXT}}, rank {{INT}} NOT NULL, created_at {{INT}} NOT NULL,
  ended_at {{INT}}, import_id {{INT}}
) {{STRICT}};
CREATE INDEX customer_phone_by_digits ON customer_phone (group_id, digits);
CREATE INDEX customer_phone_by_customer ON customer_phone (customer_id, rank, id);

-- Which store may see the customer, why, since when. why: visit | delivery | import | entry | moved
CREATE TABLE customer_store (
  customer_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL, why {{TEXT}} NOT NULL, since {{INT}} NOT NULL,
  import_id {{INT}}, PRIMARY KEY (customer_id, store_id)
) {{STRICT}};
CREATE INDEX customer_store_by_store ON customer_store (store_id, customer_id);

CREATE TABLE vehicle (
  id {{ID}}, group_id {{INT}} NOT NULL, vin {{TEXT}}, plate {{TEXT}}, brand {{TEXT}}, series {{TEXT}}, model {{TEXT}}, colour {{TEXT}},
  purchased_on {{TEXT}}, mileage_km {{INT}}, mileage_on {{TEXT}}, version {{INT}} NOT NULL DEFAULT 1,
  created_at {{INT}} NOT NULL, updated_at {{INT}} NOT NULL, import_id {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX vehicle_by_vin ON vehicle (group_id, vin) WHERE vin IS NOT NULL;
CREATE INDEX vehicle_by_plate ON vehicle (group_id, plate);

CREATE TABLE ownership (
  id {{ID}}, group_id {{INT}} NOT NULL, vehicle_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL, from_day {{TEXT}} NOT NULL,
  until_day {{TEXT}}, why {{TEXT}} NOT NULL, import_id {{INT}}
) {{STRICT}};
CREATE INDEX ownership_by_vehicle ON ownership (vehicle_id, until_day);
CREATE INDEX ownership_by_customer ON ownership (customer_id, until_day);

-- Search tokens made by the program; results are re-checked on the rows.
CREATE VIRTUAL TABLE customer_search USING fts5(tokens, content='', contentless_delete=1, detail=none, tokenize='ascii'); -- lite
INSERT INTO customer_search (customer_search, rank) VALUES ('hashsize', 8388608); -- lite
CREATE TABLE customer_search (id BIGINT PRIMARY KEY, tokens tsvector NOT NULL); -- pg
CREATE INDEX customer_search_tokens ON customer_search USING gin (tokens); -- pg

-- Every event that touched the customer: a kind, the thing, ids and keys for its sentence. Never free text.
CREATE TABLE timeline (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, customer_id {{INT}} NOT NULL, at {{INT}} NOT NULL, kind {{TEXT}} NOT NULL,
  subject {{INT}} NOT NULL, args {{TEXT}} NOT NULL, actor {{INT}}, import_id {{INT}}
) {{STRICT}};
CREATE INDEX timeline_by_customer ON timeline (customer_id, at, id);

-- "Do not call now": set by capabilities above (an open case). Planning reads it.
CREATE TABLE contact_block (
  customer_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, reason {{TEXT}} NOT NULL, subject {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  since {{INT}} NOT NULL, PRIMARY KEY (customer_id, store_id, reason, subject)
) {{STRICT}};

-- Pairs that may be one person; a < b.
CREATE TABLE possible_duplicate (
  a {{INT}} NOT NULL, b {{INT}} NOT NULL, group_id {{INT}} NOT NULL, why {{TEXT}} NOT NULL, found_at {{INT}} NOT NULL, import_id {{INT}},
  PRIMARY KEY (a, b)
) {{STRICT}};
CREATE INDEX possible_duplicate_b ON possible_duplicate (b);

-- Numbers shown in full: who, which, why. Dialling is its own act (dial_log).
CREATE TABLE reveal_log (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}}, user_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL,
  what {{TEXT}} NOT NULL, reason {{TEXT}} NOT NULL, at {{INT}} NOT NULL
) {{STRICT}};
CREATE INDEX reveal_log_by_user ON reveal_log (user_id, at);
