import { lookup } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import type { SendResult } from '../domain/decide-attempt.ts';
import { checkDestination, type DestinationPolicy, isPublicAddress } from '../domain/destination.ts';

/** Posts to addresses that people typed in. */
export interface OutboundPost {
  readonly post: (
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    signal: AbortSignal,
  ) => Promise<SendResult>;
  readonly close: () => Promise<void>;
}

/** More of an answer than this is not read; nothing in it is needed. */
const MAX_ANSWER_BYTES = 64 * 1024;

class ForbiddenAddressError extends Error {
  override readonly name = 'ForbiddenAddressError';
}

/** Resolves a name to its public addresses only. The connection is made to what was checked, so a second answer of DNS cannot slip in. */
const lookupPublic: LookupFunction = (hostname, options, done) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return done(error, '');
    const [first, ...others] = addresses.filter(({ address }) => isPublicAddress(address));
    if (!first) return done(new ForbiddenAddressError('the address is not on the public internet'), '');
    if (options.all) return done(null, [first, ...others]);
    return done(null, first.address, first.family);
  });
};

/** Receivers that will never take this message: it is gone for good. */
const PERMANENT_STATUSES: ReadonlySet<number> = new Set([410]);

function judge(statusCode: number, retryAfter: string | undefined): SendResult {
  if (statusCode >= 200 && statusCode < 300) return { ok: true };
  const retryAfterS = Number(retryAfter);
  return {
    ok: false,
    reason: `the receiver answered ${statusCode}`,
    permanent: PERMANENT_STATUSES.has(statusCode),
    ...(Number.isFinite(retryAfterS) && { retryAfterS }),
  };
}

/** What a failed connection may tell. Never the URL: of Slack's the path is the credential. */
function describe(error: unknown, signal: AbortSignal): SendResult {
  if (error instanceof ForbiddenAddressError) return { ok: false, reason: error.message, permanent: true };
  if (signal.aborted) return { ok: false, reason: 'no answer in time', permanent: false };
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown error';
  return { ok: false, reason: `the receiver could not be reached: ${code}`, permanent: false };
}

/** Redirects are not followed: a receiver cannot send us on to where we would not go. */
export function createOutboundPost(policy: DestinationPolicy): OutboundPost {
  const agent = new Agent({
    connections: 4,
    connect: policy.allowPrivate ? {} : { lookup: lookupPublic },
  });
  return {
    post: async (url, headers, body, signal) => {
      const checked = checkDestination(url, policy);
      if (!checked.ok) return { ok: false, reason: checked.reason, permanent: true };
      try {
        const answer = await request(url, {
          method: 'POST',
          dispatcher: agent,
          headers: { 'content-type': 'application/json', 'user-agent': 'soc-agent', ...headers },
          body,
          signal,
        });
        await answer.body.dump({ limit: MAX_ANSWER_BYTES });
        return judge(answer.statusCode, String(answer.headers['retry-after']));
      } catch (error) {
        return describe(error, signal);
      }
    },
    close: () => agent.destroy(),
  };
}
