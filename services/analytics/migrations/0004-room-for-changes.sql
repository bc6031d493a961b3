-- An alert is told of when it comes and when it is analysed, seconds apart, an incident whenever it grows: less than half of a page is
-- filled, and the new version of a row finds room beside the old. Moved to another page, a row writes all its index entries anew.
alter table alerts set (fillfactor = 45);
alter table incidents set (fillfactor = 45);
