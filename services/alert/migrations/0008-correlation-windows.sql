-- What Sigma correlations remember: one window a rule and group, shared by all replicas. A window is rewritten by every batch
-- that has events of its group, so that no index is on what changes but of the few that wait (see due_at).
create table correlation_windows (
  tenant_id text not null,
  rule_id text not null,
  -- Of what the rule says and of the group's values: a rule that changes begins anew.
  window_key uuid not null,
  -- Names the group, and its values as an event wrote them.
  group_name json not null,
  -- Null until the first event has been taken. Not jsonb: it is read and written as a whole.
  state json,
  -- When it is judged although nothing more has come; null for rules that do not wait.
  due_at timestamptz,
  expires_at timestamptz not null,
  primary key (tenant_id, rule_id, window_key)
) with (fillfactor = 70);
create index correlation_windows_due on correlation_windows (due_at) where due_at is not null;

-- Who sends raw events, and which of them fell silent. A silence begins and ends by one update of its row, which the alert, or
-- the news that it is over, is part of: so it is told once, whatever the number of replicas.
create table event_sources (
  tenant_id text not null,
  source text not null,
  first_seen_at timestamptz not null,
  last_seen_at timestamptz not null,
  silent_since timestamptz,
  silent_alert_id uuid,
  primary key (tenant_id, source)
) with (fillfactor = 70);

grant select, insert, update, delete on correlation_windows, event_sources to soc_alert_tenant;
alter table correlation_windows enable row level security;
create policy tenant on correlation_windows using (tenant_id = current_setting('soc.tenant', true));
alter table event_sources enable row level security;
create policy tenant on event_sources using (tenant_id = current_setting('soc.tenant', true));
