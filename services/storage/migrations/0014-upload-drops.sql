-- Set, and committed, before the content of an upload is removed: from then on nobody makes evidence of it. The row goes after
-- the content, so that what a killed process has left of it is found.
alter table uploads add column dropping boolean not null default false;
