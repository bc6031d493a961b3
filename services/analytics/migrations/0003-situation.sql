-- The figures of the operators are of all tenants and of a span of arrival: blocks of other days are passed over.
create index alerts_by_time on alerts using brin (received_at);
-- What waits for a person, however long it has.
create index alerts_open on alerts (severity, received_at) where closed_at is null;
create index incidents_open on incidents (severity) where closed_at is null;
