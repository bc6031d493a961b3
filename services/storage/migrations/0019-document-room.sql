-- Nearly every document is changed once, within seconds, when its alert is analysed, and as many of a page at once as lie on it: less
-- than half of a page is filled, and the new versions find room beside the old. With 70 every other one moved to another page, and
-- moving writes all its index entries anew, for which new pages were needed just as well. What is there already stays as it lies.
alter table documents set (fillfactor = 45);
