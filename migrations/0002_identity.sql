CREATE TABLE grp (id {{ID}}, name {{TEXT}} NOT NULL, demo {{INT}} NOT NULL DEFAULT 0, created_at {{INT}} NOT NULL) {{STRICT}};

CREATE TABLE store (
  id {{ID}}, group_id {{INT}} NOT NULL, name {{TEXT}} NOT NULL, code {{TEXT}} NOT NULL, brand {{TEXT}}, city {{TEXT}},
  phone {{TEXT}}, tz {{TEXT}} NOT NULL, dial_mode {{TEXT}} NOT NULL, closed_at {{INT}}, created_at {{INT}} NOT NULL
) {{STRICT}};
CREATE UNIQUE INDEX store_by_code ON store (group_id, code);

CREATE TABLE region (id {{ID}}, group_id {{INT}} NOT NULL, name {{TEXT}} NOT NULL) {{STRICT}};
CREATE TABLE region_store (
  region_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, group_id {{INT}} NOT NULL, PRIMARY KEY (region_id, store_id)
) {{STRICT}};

-- login is lower-cased and unique in the installation, because the sign-in page knows no group yet.
CREATE TABLE app_user (
  id {{ID}}, group_id {{INT}} NOT NULL, login {{TEXT}} NOT NULL, name {{TEXT}} NOT NULL, agent_number {{TEXT}},
  locale {{TEXT}} NOT NULL, theme {{TEXT}} NOT NULL, key_map {{TEXT}} NOT NULL, created_at {{INT}} NOT NULL, left_at {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX app_user_by_login ON app_user (login);
CREATE INDEX app_user_by_group ON app_user (group_id, id);

CREATE TABLE credential (user_id {{ID}}, group_id {{INT}} NOT NULL, hash {{TEXT}} NOT NULL, set_at {{INT}} NOT NULL) {{STRICT}};

-- grants: [["call.work","own"], …]
CREATE TABLE role (
  id {{ID}}, group_id {{INT}} NOT NULL, role_key {{TEXT}} NOT NULL, label_zh {{TEXT}} NOT NULL, label_en {{TEXT}},
  grants {{TEXT}} NOT NULL, shipped {{INT}} NOT NULL, version {{INT}} NOT NULL DEFAULT 1
) {{STRICT}};
CREATE UNIQUE INDEX role_by_key ON role (group_id, role_key);

-- A role held at one store, at a region's stores, or in the whole group (both NULL).
CREATE TABLE assignment (
  id {{ID}}, group_id {{INT}} NOT NULL, user_id {{INT}} NOT NULL, role_id {{INT}} NOT NULL, store_id {{INT}}, region_id {{INT}},
  department {{TEXT}}, since {{INT}} NOT NULL
) {{STRICT}};
CREATE INDEX assignment_by_user ON assignment (user_id);
CREATE INDEX assignment_by_store ON assignment (store_id, role_id);

-- posts: the compiled grants; a change of roles ends the session, so they cannot grow stale.
CREATE TABLE session (
  id {{ID}}, group_id {{INT}} NOT NULL, user_id {{INT}} NOT NULL, token_hash {{TEXT}} NOT NULL, store_id {{INT}},
  posts {{TEXT}} NOT NULL, assurance {{TEXT}} NOT NULL, device {{TEXT}} NOT NULL, address {{TEXT}} NOT NULL,
  created_at {{INT}} NOT NULL, seen_at {{INT}} NOT NULL, expires_at {{INT}} NOT NULL, ended_at {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX session_by_token ON session (token_hash);
CREATE INDEX session_by_user ON session (user_id, ended_at);

-- purpose: setup | password | demo. The POST consumes it, not the GET.
CREATE TABLE one_time_link (
  id {{ID}}, group_id {{INT}} NOT NULL, user_id {{INT}}, token_hash {{TEXT}} NOT NULL, purpose {{TEXT}} NOT NULL,
  created_at {{INT}} NOT NULL, created_by {{INT}}, expires_at {{INT}} NOT NULL, used_at {{INT}}
) {{STRICT}};
CREATE UNIQUE INDEX one_time_link_by_token ON one_time_link (token_hash);

-- Failed sign-ins per account (a hash, so that unknown names leave no list of guesses).
CREATE TABLE login_throttle (
  bucket {{TEXT}} NOT NULL PRIMARY KEY, failures {{INT}} NOT NULL, since {{INT}} NOT NULL, blocked_until {{INT}} NOT NULL
) {{STRICT}};

-- A device that once signed in to an account is exempt from that account's back-off.
CREATE TABLE known_device (
  user_id {{INT}} NOT NULL, device_hash {{TEXT}} NOT NULL, group_id {{INT}} NOT NULL, seen_at {{INT}} NOT NULL,
  PRIMARY KEY (user_id, device_hash)
) {{STRICT}};

-- Opening hours: several spans a day (lunch). weekday 1 = Monday … 7 = Sunday; minutes of the day, end exclusive.
CREATE TABLE store_hours (
  store_id {{INT}} NOT NULL, weekday {{INT}} NOT NULL, from_min {{INT}} NOT NULL, to_min {{INT}} NOT NULL, group_id {{INT}} NOT NULL,
  PRIMARY KEY (store_id, weekday, from_min)
) {{STRICT}};

-- Days that differ: closed days, holidays, make-up workdays. store_id 0 = every store of the group.
-- spans: NULL = as on a usual working day; else [[from,to],…].
CREATE TABLE calendar_day (
  group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, day {{TEXT}} NOT NULL, kind {{TEXT}} NOT NULL, name {{TEXT}} NOT NULL,
  spans {{TEXT}}, source {{TEXT}} NOT NULL, PRIMARY KEY (group_id, store_id, day)
) {{STRICT}};
