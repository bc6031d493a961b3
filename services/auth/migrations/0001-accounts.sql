create table users (
  id uuid primary key,
  tenant_id text not null,
  email text not null,
  display_name text not null,
  password_hash text not null,
  roles text[] not null,
  active boolean not null,
  version integer not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  last_login_at timestamptz
);
-- A login names no tenant, so an address is one account in the whole fleet, however it is written.
create unique index users_email on users (lower(email));
create index users_tenant on users (tenant_id, id);

-- One login: the family of the refresh tokens that came from it.
create table sessions (
  id uuid primary key,
  tenant_id text not null,
  user_id uuid not null references users,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  expires_at timestamptz not null,
  revoked_at timestamptz,
  revoked_reason text
);
create index sessions_open on sessions (user_id, id) where revoked_at is null;
create index sessions_expires_at on sessions (expires_at);

-- Used tokens stay until they expire: seeing one again is how a theft shows.
create table refresh_tokens (
  hash bytea primary key,
  session_id uuid not null references sessions on delete cascade,
  expires_at timestamptz not null,
  used_at timestamptz
);
create index refresh_tokens_session on refresh_tokens (session_id);
create index refresh_tokens_expires_at on refresh_tokens (expires_at);

create table api_keys (
  id uuid primary key,
  tenant_id text not null,
  name text not null,
  prefix text not null,
  key_hash bytea not null unique,
  permissions text[] not null,
  created_by uuid not null references users,
  created_at timestamptz not null,
  expires_at timestamptz,
  revoked_at timestamptz,
  last_used_at timestamptz
);
create index api_keys_tenant on api_keys (tenant_id, id);

-- Failed logins by the hash of the address that was tried, whether or not it is an account.
create table login_failures (
  account bytea primary key,
  failures integer not null,
  window_started_at timestamptz not null
);
create index login_failures_window on login_failures (window_started_at);
