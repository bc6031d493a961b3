-- Values that every network sees and no indicator means. Documentation ranges are not among them: they never occur in
-- traffic, and exercises and demonstrations use them as the attacker's.
insert into warninglists (id, tenant_id, name, description, type, version, observable_types, entry_count, created_at) values
  ('00000000-0000-7000-8000-0000000000a1', '*', 'Private networks', 'RFC 1918, RFC 4193, RFC 6598', 'cidr', 1, '{ip}', 5, '2026-01-01T00:00:00Z'),
  ('00000000-0000-7000-8000-0000000000a2', '*', 'Loopback and link-local addresses', 'RFC 1122, RFC 3927, RFC 4291', 'cidr', 1, '{ip}', 5, '2026-01-01T00:00:00Z'),
  ('00000000-0000-7000-8000-0000000000a3', '*', 'Multicast and broadcast addresses', 'RFC 919, RFC 5771, RFC 4291', 'cidr', 1, '{ip}', 3, '2026-01-01T00:00:00Z'),
  ('00000000-0000-7000-8000-0000000000a4', '*', 'Public DNS resolvers', 'Anyone may ask them, so does malware', 'string', 1, '{ip,domain,host}', 19, '2026-01-01T00:00:00Z'),
  ('00000000-0000-7000-8000-0000000000a5', '*', 'Digests of the empty file', null, 'string', 1, '{md5,sha1,sha256}', 3, '2026-01-01T00:00:00Z');

insert into warninglist_entries (list_id, tenant_id, kind, value)
select ('00000000-0000-7000-8000-0000000000' || list)::uuid, '*', kind, value
from (values
  ('a1', 'cidr', '10.0.0.0/8'), ('a1', 'cidr', '172.16.0.0/12'), ('a1', 'cidr', '192.168.0.0/16'),
  ('a1', 'cidr', '100.64.0.0/10'), ('a1', 'cidr', 'fc00::/7'),
  ('a2', 'cidr', '0.0.0.0/8'), ('a2', 'cidr', '127.0.0.0/8'), ('a2', 'cidr', '169.254.0.0/16'),
  ('a2', 'cidr', '::/127'), ('a2', 'cidr', 'fe80::/10'),
  ('a3', 'cidr', '224.0.0.0/4'), ('a3', 'cidr', '255.255.255.255/32'), ('a3', 'cidr', 'ff00::/8'),
  ('a4', 'value', '8.8.8.8'), ('a4', 'value', '8.8.4.4'),
  ('a4', 'value', '2001:4860:4860::8888'), ('a4', 'value', '2001:4860:4860::8844'),
  ('a4', 'value', '1.1.1.1'), ('a4', 'value', '1.0.0.1'),
  ('a4', 'value', '2606:4700:4700::1111'), ('a4', 'value', '2606:4700:4700::1001'),
  ('a4', 'value', '9.9.9.9'), ('a4', 'value', '149.112.112.112'), ('a4', 'value', '2620:fe::fe'),
  ('a4', 'value', '208.67.222.222'), ('a4', 'value', '208.67.220.220'),
  ('a4', 'value', '94.140.14.14'), ('a4', 'value', '94.140.15.15'),
  ('a4', 'value', 'dns.google'), ('a4', 'value', 'one.one.one.one'),
  ('a4', 'value', 'cloudflare-dns.com'), ('a4', 'value', 'dns.quad9.net'),
  ('a5', 'value', 'd41d8cd98f00b204e9800998ecf8427e'),
  ('a5', 'value', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'),
  ('a5', 'value', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855')
) as entry (list, kind, value);
