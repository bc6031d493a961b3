-- Facts waiting to be published; a row is deleted in the transaction that puts it on its stream.
create table outbox (
  id bigint generated always as identity primary key,
  type text not null,
  envelope text not null,
  created_at timestamptz not null default now()
);

-- Events whose effect this service has committed; a redelivery finds its id here and has no second effect. The ids are
-- UUIDv7: they begin with the time of the event, by which old ones are forgotten.
create table inbox (
  event_id uuid primary key
);

-- Events given up, with the reason, for a person to replay or discard.
create table dead_letters (
  event_id text primary key,
  type text not null,
  envelope text not null,
  reason text not null,
  attempts integer not null,
  failed_at timestamptz not null
);
create index dead_letters_failed_at on dead_letters (failed_at desc);

-- Both tables churn: vacuum them by rows changed, not by share of the table.
-- An envelope lives for milliseconds: up to 8 kB it stays in its row, neither compressed nor moved out of line.
alter table outbox set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, toast_tuple_target = 8160);
alter table inbox set (autovacuum_vacuum_insert_scale_factor = 0.5);
