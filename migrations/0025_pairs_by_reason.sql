-- Possible duplicates are looked at by what is alike: few share a number, many a name and a region.
CREATE INDEX possible_duplicate_by_why ON possible_duplicate (group_id, why, found_at, a, b);
