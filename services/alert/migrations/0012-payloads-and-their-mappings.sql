-- A syslog message need not be text: then its bytes are kept in base64. And which mapping read a payload, and in which
-- version, so that a better one can be applied later to what it would read differently.
alter table raw_payloads
  add column encoding text not null default 'text' check (encoding in ('text', 'base64')),
  add column mapping text,
  add column mapping_version integer;

-- The tenant's own mappings count their changes from here.
alter table mappings add column version integer not null default 1;
