-- Points on their way to InfluxDB, committed with the events that brought them: line protocol of many tenants, compressed, as it is
-- sent. A row goes when the server has taken it.
create table metric_spool (
  id bigint generated always as identity primary key,
  points integer not null,
  lines bytea not null,
  spooled_at timestamptz not null
);
-- Compressed already.
alter table metric_spool alter column lines set storage external;

-- What InfluxDB would not take, for people to look at.
create table metric_refused_lines (
  id bigint generated always as identity primary key,
  line text not null,
  reason text not null,
  refused_at timestamptz not null
);
revoke all on metric_spool, metric_refused_lines from soc_storage_tenant;
