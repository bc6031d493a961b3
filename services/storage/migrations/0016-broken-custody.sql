-- Of what was old enough, what was kept because its chain of custody is broken.
alter table retention_purges add column broken_count bigint not null default 0;
