-- Who is storing the bulk of an Idempotency-Key just now. Gone when it is answered; one left by a dead process runs out.
create table bulk_claims (
  tenant_id text not null,
  key text not null,
  holder uuid not null,
  claimed_until timestamptz not null,
  primary key (tenant_id, key)
);
