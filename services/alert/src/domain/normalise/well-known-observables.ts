import type { ObservableType } from '@soc/contracts';
import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';

type ObservableField = NonNullable<GenericMapping['observables']>[number];

interface WellKnown {
  readonly type: ObservableType;
  readonly role?: string;
  readonly names: readonly string[];
}

/** What fields, labels and tags are called where people name them themselves. */
const wellKnown: readonly WellKnown[] = [
  { type: 'ip', role: 'source', names: ['src_ip', 'srcip', 'source_ip', 'sourceIp', 'src', 'client_ip', 'remote_ip'] },
  { type: 'ip', role: 'destination', names: ['dest_ip', 'dst_ip', 'dstip', 'destination_ip', 'destinationIp', 'dst'] },
  { type: 'ip', names: ['ip', 'ip_address', 'ipAddress'] },
  { type: 'host', names: ['host', 'hostname', 'host_name', 'computer', 'device', 'nodename', 'node', 'instance'] },
  { type: 'user', names: ['user', 'username', 'user_name', 'userName', 'account', 'usr'] },
  { type: 'domain', names: ['domain', 'domain_name', 'fqdn', 'dns_query', 'query'] },
  { type: 'url', names: ['url', 'request_url'] },
  { type: 'email', names: ['email', 'sender', 'recipient'] },
  { type: 'process', names: ['process', 'process_name', 'processName'] },
  { type: 'sha256', names: ['sha256', 'sha1', 'md5', 'hash', 'file_hash', 'fileHash'] },
];

/** The well-known fields of the object at `prefix`, e.g. `labels`; of the document itself when empty. */
export const wellKnownObservables = (prefix: string): ObservableField[] =>
  wellKnown.map(({ type, role, names }) => ({
    type,
    paths: names.map((name) => (prefix === '' ? name : `${prefix}.${name}`)),
    ...(role === undefined ? {} : { role }),
  }));

/** The type that a well-known name stands for, e.g. of a tag `host:web-1`; null for any other. */
export const wellKnownField = (name: string): WellKnown | null =>
  wellKnown.find(({ names }) => names.includes(name)) ?? null;
