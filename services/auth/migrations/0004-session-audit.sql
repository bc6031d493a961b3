-- A refresh moves both times of a session by the same and uses it now: no news. Whatever else moves its end is written down.
-- Five minutes for clocks that differ.
create function is_refresh(before sessions, after sessions) returns boolean language sql stable as $$
  select after.expires_at - after.last_used_at = before.expires_at - before.last_used_at
    and after.last_used_at <= now() + interval '5 minutes'
$$;
drop trigger sessions_audited on sessions;
create trigger sessions_audited after insert or delete on sessions
  for each row execute function audit.record_change();
create trigger sessions_refreshed after update on sessions
  for each row when (is_refresh(old, new)) execute function audit.record_change('', 'last_used_at,expires_at');
create trigger sessions_changed after update on sessions
  for each row when (not is_refresh(old, new)) execute function audit.record_change('', 'last_used_at');
