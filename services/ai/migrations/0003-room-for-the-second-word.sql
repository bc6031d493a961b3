-- Each row is written by the analysis and by the enrichment of its alert, seconds apart: less than half of a page is filled, and the
-- second finds room beside the first. Moved to another page, a row writes its index entries anew.
alter table alerts set (fillfactor = 45);
