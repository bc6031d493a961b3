import { isIP } from 'node:net';
import type { RouteContext } from '@soc/service-kit';

type Request = Pick<RouteContext<never>['request'], 'headers' | 'ip'>;

/**
 * Where a request came from, as the gateway says, which lets no client say it. Without the gateway's word it is the other
 * end of the connection.
 */
export function clientAddressOf({ headers, ip }: Request): string {
  const told = headers['x-forwarded-for'];
  return typeof told === 'string' && isIP(told) !== 0 ? told : ip;
}

const MAX_USER_AGENT_CHARS = 256;

/** What a client calls itself, for the list of sessions: it may say anything, so what is no text is left out. */
export function userAgentOf({ headers }: Pick<Request, 'headers'>): string | null {
  const told = headers['user-agent']?.replaceAll(/[^\x20-\x7e]/g, '').slice(0, MAX_USER_AGENT_CHARS);
  return told === undefined || told === '' ? null : told;
}
