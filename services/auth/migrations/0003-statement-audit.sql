-- Whoever changes an account, a session or a key, by whatever statement, leaves a row in audit.changes, which this role cannot
-- change (ADR 0017). The first argument names columns whose values are secret, the second those that alone are no news.
create trigger users_audited after insert or update or delete on users
  for each row execute function audit.record_change('password_hash', 'last_login_at,updated_at');
create trigger sessions_audited after insert or update or delete on sessions
  for each row execute function audit.record_change('', 'last_used_at,expires_at');
create trigger api_keys_audited after insert or update or delete on api_keys
  for each row execute function audit.record_change('key_hash', 'last_used_at');

-- A truncate fires no trigger of rows.
create trigger users_truncated after truncate on users
  for each statement execute function audit.record_change();
create trigger sessions_truncated after truncate on sessions
  for each statement execute function audit.record_change();
create trigger api_keys_truncated after truncate on api_keys
  for each statement execute function audit.record_change();
