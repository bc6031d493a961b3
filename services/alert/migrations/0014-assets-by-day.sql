-- Rows come in the order of their days, so the few ranges that are old enough to be forgotten are found without reading the rest.
create index entity_assets_day on entity_assets using brin (day);
