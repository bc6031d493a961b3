-- OpenID providers that people of a tenant log in with.
create table identity_providers (
  id uuid primary key,
  tenant_id text not null,
  slug text not null unique,
  name text not null,
  issuer text not null,
  client_id text not null,
  -- Sealed with AES-256-GCM under a key that is not in the database.
  client_secret text,
  scopes text[] not null,
  enabled boolean not null,
  listed boolean not null,
  provisioning text not null check (provisioning in ('none', 'link', 'create')),
  email_domains text[] not null,
  role_claim text,
  role_mapping jsonb not null,
  default_roles text[] not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);
create index identity_providers_tenant on identity_providers (tenant_id, id);

-- Who somebody at a provider is here. By the issuer too: a provider that is pointed elsewhere knows nobody.
create table identities (
  provider_id uuid not null references identity_providers on delete cascade,
  issuer text not null,
  subject text not null,
  tenant_id text not null,
  user_id uuid not null references users on delete cascade,
  -- The account was made for it, and its roles are the provider's to say.
  managed boolean not null,
  created_at timestamptz not null,
  last_used_at timestamptz not null,
  primary key (provider_id, issuer, subject)
);
create index identities_user on identities (user_id);

-- A login that is under way at a provider, and then the code that the console trades for a session.
create table oidc_logins (
  state_hash bytea primary key,
  tenant_id text not null,
  provider_id uuid not null references identity_providers on delete cascade,
  -- Nonce and code verifier, sealed.
  secrets text not null,
  challenge text not null,
  return_to text,
  expires_at timestamptz not null,
  used_at timestamptz,
  code_hash bytea unique,
  user_id uuid references users on delete cascade,
  exchanged_at timestamptz
);
create index oidc_logins_expires_at on oidc_logins (expires_at);

grant select, insert, update, delete on identity_providers, identities, oidc_logins to soc_auth_tenant;
alter table identity_providers enable row level security;
create policy tenant on identity_providers using (tenant_id = current_setting('soc.tenant', true));
alter table identities enable row level security;
create policy tenant on identities using (tenant_id = current_setting('soc.tenant', true));
alter table oidc_logins enable row level security;
create policy tenant on oidc_logins using (tenant_id = current_setting('soc.tenant', true));

create trigger identity_providers_audited after insert or update or delete on identity_providers
  for each row execute function audit.record_change('client_secret', 'updated_at');
create trigger identities_audited after insert or update or delete on identities
  for each row execute function audit.record_change('', 'last_used_at');
create trigger identity_providers_truncated after truncate on identity_providers
  for each statement execute function audit.record_change();
create trigger identities_truncated after truncate on identities
  for each statement execute function audit.record_change();
