-- To read again what a mapping read, page by page.
create index raw_payloads_mapping on raw_payloads (tenant_id, mapping, alert_id) where mapping is not null;
