-- Where messages can go. `secret` is the sealed credential; `settings` is everything else.
create table channels (
  id uuid primary key,
  tenant_id text not null,
  kind text not null check (kind in ('email', 'webhook', 'slack')),
  name text not null,
  enabled boolean not null,
  settings jsonb not null,
  secret text,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index channels_name on channels (tenant_id, lower(name));
create index channels_newest on channels (tenant_id, created_at desc, id desc);

-- Who is told about what.
create table rules (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  enabled boolean not null,
  events text[] not null,
  min_severity text not null,
  throttle_s integer not null check (throttle_s >= 0),
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create unique index rules_name on rules (tenant_id, lower(name));
create index rules_newest on rules (tenant_id, created_at desc, id desc);

create table rule_channels (
  rule_id uuid not null references rules (id) on delete cascade,
  channel_id uuid not null references channels (id),
  primary key (rule_id, channel_id)
);
create index rule_channels_channel on rule_channels (channel_id);

-- When a rule may next tell a channel about a subject, and how severe the last message was.
create table throttles (
  rule_id uuid not null,
  channel_id uuid not null,
  subject text not null,
  severity_rank smallint not null,
  free_at timestamptz not null,
  primary key (rule_id, channel_id, subject)
);
create index throttles_free on throttles (free_at);

-- Every message to every channel, and how its sending stands. Without foreign keys: the log outlives rule and channel.
create table deliveries (
  id uuid primary key,
  tenant_id text not null,
  rule_id uuid not null,
  channel_id uuid not null,
  channel_kind text not null,
  event_type text not null,
  event_id uuid not null,
  correlation_id text not null,
  subject text not null,
  title text not null,
  severity text,
  message jsonb not null,
  status text not null check (status in ('pending', 'delivered', 'failed', 'suppressed')),
  attempts integer not null default 0,
  last_error text,
  -- Of a pending one: when it is due, or until when the process that is sending it has it for itself.
  next_attempt_at timestamptz,
  created_at timestamptz not null,
  ended_at timestamptz,
  check ((status = 'pending') = (next_attempt_at is not null))
);
create index deliveries_due on deliveries (next_attempt_at) where status = 'pending';
create index deliveries_newest on deliveries (tenant_id, created_at desc, id desc);

-- Who can be told: the users, as auth last said.
create table people (
  user_id uuid primary key,
  tenant_id text not null,
  email text not null,
  display_name text not null,
  roles text[] not null,
  active boolean not null,
  version integer not null
);
create index people_of_tenant on people (tenant_id, user_id) where active;
