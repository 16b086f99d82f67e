-- A person's contacts and a customer's tasks are found by the customer's contacts: two indexes less to write for every
-- follow-up.
DROP INDEX contact_by_person;
DROP INDEX task_by_customer;
