import { Resolver } from 'node:dns/promises';
import { isIPv4 } from 'node:net';

/** The addresses behind names, asked for again and again. */
export interface AddressBook {
  /** The last good answer, in a stable order; empty before the first one. */
  readonly addressesOf: (host: string) => readonly string[];
  /** Asks for each of `hosts` and forgets the others; resolves when every answer, or none in time, is there. */
  readonly refresh: (hosts: ReadonlySet<string>) => Promise<void>;
}

export interface AddressBookOptions {
  /** `address` or `address:port`; those of the system when empty. */
  readonly servers: readonly string[];
  readonly onFailure: (host: string, error: unknown) => void;
}

const ANSWER_WITHIN_MS = 1_000;
const TRIES = 2;

/**
 * Asks the name server itself, with no cache between, and whatever the TTL. An error or an empty answer changes nothing: a name
 * server that restarts must not empty the fleet.
 */
export function createAddressBook({ servers, onFailure }: AddressBookOptions): AddressBook {
  const resolver = new Resolver({ timeout: ANSWER_WITHIN_MS, tries: TRIES });
  if (servers.length > 0) resolver.setServers(servers);
  const known = new Map<string, readonly string[]>();

  const ask = async (host: string): Promise<void> => {
    if (isIPv4(host)) {
      known.set(host, [host]);
      return;
    }
    try {
      const addresses = await resolver.resolve4(host);
      if (addresses.length > 0) known.set(host, [...new Set(addresses)].toSorted());
      else onFailure(host, new Error('no address'));
    } catch (error) {
      onFailure(host, error);
    }
  };

  return {
    addressesOf: (host) => known.get(host) ?? [],
    refresh: async (hosts) => {
      for (const host of known.keys()) if (!hosts.has(host)) known.delete(host);
      await Promise.all([...hosts].map(ask));
    },
  };
}
