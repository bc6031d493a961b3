-- What one series is, said once; its points name it. `seen_on` is the last day it had a point by the clock of the service.
create table metric_series (
  id bigint generated always as identity primary key,
  tenant_id text not null,
  name text not null,
  labels jsonb not null,
  -- An index entry has room for 2.7 kB, and labels may be longer.
  labels_md5 text not null generated always as (md5(labels::text)) stored,
  seen_on date not null
);
create unique index metric_series_key on metric_series (tenant_id, name, labels_md5);
alter table metric_series enable row level security;
create policy tenant on metric_series using (tenant_id = current_setting('soc.tenant', true));

alter table metric_points rename to old_metric_points;
alter index metric_points_series rename to old_metric_points_series;

-- Which of the points of one time came last.
create sequence metric_arrivals;
create table metric_points (
  tenant_id text not null,
  series_id bigint not null,
  at timestamptz not null,
  arrival bigint not null,
  value double precision not null
) partition by range (at);
create index metric_points_series on metric_points (series_id, at);
alter table metric_points enable row level security;
create policy tenant on metric_points using (tenant_id = current_setting('soc.tenant', true));

create table metric_rollups_5m (
  tenant_id text not null,
  series_id bigint not null,
  at timestamptz not null,
  points bigint not null,
  total double precision not null,
  least double precision not null,
  most double precision not null,
  latest double precision not null,
  latest_at timestamptz not null,
  latest_arrival bigint not null,
  primary key (series_id, at)
) partition by range (at);
alter table metric_rollups_5m enable row level security;
create policy tenant on metric_rollups_5m using (tenant_id = current_setting('soc.tenant', true));

create table metric_rollups_1h (like metric_rollups_5m including all) partition by range (at);
alter table metric_rollups_1h enable row level security;
create policy tenant on metric_rollups_1h using (tenant_id = current_setting('soc.tenant', true));

-- Makes a partition that is not there yet. Attached to its parent rather than made in it, which others need not wait for. Tenants
-- reach its rows through the parent alone.
create function make_metric_partition(parent text, starts timestamptz, ends timestamptz) returns void
language plpgsql set search_path = storage, pg_temp as $$
declare
  partition text := parent || to_char(starts at time zone 'UTC', '"_"YYYYMMDD');
begin
  if to_regclass(partition) is not null then return; end if;
  perform pg_advisory_xact_lock(hashtext('storage.metric_partitions'));
  if to_regclass(partition) is not null then return; end if;
  execute format('create table %I (like %I including defaults including constraints) with (fillfactor = %s)',
    partition, parent, case when parent = 'metric_points' then 100 else 70 end);
  execute format('revoke all on %I from soc_storage_tenant', partition);
  execute format('alter table %I enable row level security', partition);
  execute format('create policy tenant on %I using (tenant_id = current_setting(''soc.tenant'', true))', partition);
  execute format('alter table %I attach partition %I for values from (%L) to (%L)', parent, partition, starts, ends);
end $$;

-- Drops the partitions that end at or before a time; answers how many.
create function drop_metric_partitions(parent text, width interval, before timestamptz) returns integer
language plpgsql set search_path = storage, pg_temp as $$
declare
  partition text;
  dropped integer := 0;
begin
  for partition in
    select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = parent::regclass
      and to_timestamp(right(c.relname, 8) || ' UTC', 'YYYYMMDD TZ') + width <= before
    order by c.relname
  loop
    execute format('drop table %I', partition);
    dropped := dropped + 1;
  end loop;
  return dropped;
end $$;
revoke all on function make_metric_partition, drop_metric_partitions from public;

insert into metric_series (tenant_id, name, labels, seen_on)
select distinct tenant_id, name, labels, current_date from old_metric_points;

-- Partitions begin at days since 1970 that their width divides.
select make_metric_partition(parent, day, day + make_interval(days => width))
from (values ('metric_points', 1), ('metric_rollups_5m', 7), ('metric_rollups_1h', 28)) as partitioned (parent, width),
lateral (select distinct date_bin(make_interval(days => width), at, 'epoch') as day from old_metric_points) as days;

with old as (
  insert into metric_points (tenant_id, series_id, at, arrival, value)
  select p.tenant_id, s.id, p.at, nextval('metric_arrivals'), p.value
  from old_metric_points p join metric_series s using (tenant_id, name, labels)
  order by p.at
  returning *
), five as (
  insert into metric_rollups_5m
  select tenant_id, series_id, date_bin('5 minutes', at, 'epoch') as start, count(*), sum(value), min(value), max(value),
    (array_agg(value order by at desc, arrival desc))[1], max(at), (array_agg(arrival order by at desc, arrival desc))[1]
  from old group by tenant_id, series_id, start
)
insert into metric_rollups_1h
select tenant_id, series_id, date_bin('1 hour', at, 'epoch') as start, count(*), sum(value), min(value), max(value),
  (array_agg(value order by at desc, arrival desc))[1], max(at), (array_agg(arrival order by at desc, arrival desc))[1]
from old group by tenant_id, series_id, start;

drop table old_metric_points;
