-- Praise belongs to whom it names, where that is somebody of the store.
ALTER TABLE remark ADD COLUMN person_id {{INT}};
CREATE INDEX remark_by_person ON remark (person_id, at) WHERE person_id IS NOT NULL;

-- C8: customers who want their next appointment made; the service department calls them. revoked: its call was taken back.
CREATE TABLE booking_wish (
  id {{ID}}, group_id {{INT}} NOT NULL, store_id {{INT}} NOT NULL, attempt_id {{INT}} NOT NULL, customer_id {{INT}} NOT NULL,
  vehicle_id {{INT}}, wish {{TEXT}} NOT NULL, at {{INT}} NOT NULL, revoked {{INT}} NOT NULL DEFAULT 0, done_at {{INT}}, done_by {{INT}}
) {{STRICT}};
CREATE INDEX booking_wish_open ON booking_wish (store_id, at, id) WHERE done_at IS NULL AND revoked = 0;
CREATE INDEX booking_wish_by_attempt ON booking_wish (attempt_id);
