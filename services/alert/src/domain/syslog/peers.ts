import { BlockList, isIP } from 'node:net';

/** Whose messages come from a network, and by which mapping plain ones are read. */
export interface SyslogRoute {
  readonly tenantId: string;
  /** `syslog`, or a stored mapping of the tenant. Plain messages are no alerts when absent. */
  readonly mapping: string | null;
}

interface Network extends SyslogRoute {
  readonly prefix: number;
  readonly contains: (address: string) => boolean;
}

const ENTRY = /^([\da-f.:]+)(?:\/(\d{1,3}))?=([a-z0-9][a-z0-9-]{0,63})(?::([a-z0-9][a-z0-9._-]{0,63}))?$/i;

/**
 * `10.1.0.0/16=acme,2001:db8::1=beta:firewall` as a lookup by address, the narrowest network first; null for an address of
 * none. A string says which entry is none.
 */
export function readPeers(text: string): ((address: string) => SyslogRoute | null) | string {
  const networks: Network[] = [];
  for (const entry of text
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean)) {
    const network = readNetwork(entry);
    if (!network) return `${entry} is no network=tenant or network=tenant:mapping`;
    networks.push(network);
  }
  const narrowestFirst = networks.toSorted((a, b) => b.prefix - a.prefix);
  return (address) => {
    // A socket of both families writes IPv4 addresses within IPv6.
    const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
    return narrowestFirst.find(({ contains }) => contains(plain)) ?? null;
  };
}

function readNetwork(entry: string): Network | null {
  const [, address = '', bits, tenantId = '', mapping] = ENTRY.exec(entry) ?? [];
  const version = isIP(address);
  const prefix = Number(bits ?? (version === 4 ? 32 : 128));
  if (version === 0 || prefix > (version === 4 ? 32 : 128)) return null;
  const family = version === 4 ? 'ipv4' : 'ipv6';
  const list = new BlockList();
  list.addSubnet(address, prefix, family);
  return {
    tenantId,
    mapping: mapping ?? null,
    // A narrow IPv6 network is still wider than an IPv4 address, but they never hold the same address.
    prefix,
    contains: (peer) => isIP(peer) === version && list.check(peer, family),
  };
}
