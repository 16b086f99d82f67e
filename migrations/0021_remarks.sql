-- The latest remarks of a period are found in the index alone.
DROP INDEX remark_by_time;
CREATE INDEX remark_by_time ON remark (store_id, mark, at, revoked, id);
