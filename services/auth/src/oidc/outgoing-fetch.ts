import { lookup, type LookupAddress, type LookupAllOptions } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, fetch as undiciFetch } from 'undici';
import { hostOf, isAllowedAddress, isAllowedDestination } from '../domain/oidc-destination.ts';

/** What `oauth4webapi` asks of a `fetch`. */
export interface OutgoingRequest {
  readonly method: string;
  readonly headers: Record<string, string>;
  readonly body?: URLSearchParams | string | null | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Asks providers, whose addresses people typed in. Throws for a destination that is not allowed. */
export type OutgoingFetch = (url: string, request: OutgoingRequest) => Promise<Response>;

/** No metadata, key set or token is as long. */
const MAX_ANSWER_BYTES = 1024 * 1024;
const TIMEOUT_MS = 5_000;

/** Names and their addresses, as `dns.lookup` gives them. */
export type Resolve = (
  hostname: string,
  options: LookupAllOptions,
  done: (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void,
) => void;

/** Connects to what was checked, so that a second answer of DNS cannot slip in. */
const onlyAllowed =
  (resolve: Resolve): LookupFunction =>
  (hostname, options, done) => {
    resolve(hostname, { ...options, all: true }, (error, addresses) => {
      if (error) return done(error, '');
      const [first, ...others] = addresses.filter(({ address }) => isAllowedAddress(address));
      if (!first) return done(new Error('the provider resolves to an address that is not allowed'), '');
      if (options.all) return done(null, [first, ...others]);
      return done(null, first.address, first.family);
    });
  };

/** Redirects are not followed: a provider cannot send us on to where we would not go. */
export function createOutgoingFetch(allowedHosts: readonly string[], resolve: Resolve = lookup): OutgoingFetch {
  const limits = { connections: 4, maxResponseSize: MAX_ANSWER_BYTES };
  const careful = new Agent({ ...limits, connect: { lookup: onlyAllowed(resolve) } });
  const free = new Agent(limits);
  return async (text, { method, headers, body, signal }) => {
    const url = new URL(text);
    if (!isAllowedDestination(url, allowedHosts)) throw new Error('the address of the provider is not allowed');
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    const answer = await undiciFetch(url, {
      method,
      headers,
      redirect: 'manual',
      dispatcher: allowedHosts.includes(hostOf(url)) ? free : careful,
      signal: signal ? AbortSignal.any([signal, timeout]) : timeout,
      ...(body && { body: body.toString() }),
    });
    const bytes = await answer.arrayBuffer();
    return new Response(bytes.byteLength === 0 ? null : bytes, { status: answer.status, headers: [...answer.headers] });
  };
}
