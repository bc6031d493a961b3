import { isIP } from 'node:net';
import type { RouteContext } from '@soc/service-kit';

/**
 * Where a request came from, as the gateway says, which lets no client say it. Without the gateway's word it is the other
 * end of the connection.
 */
export function clientAddressOf({ headers, ip }: Pick<RouteContext<never>['request'], 'headers' | 'ip'>): string {
  const told = headers['x-forwarded-for'];
  return typeof told === 'string' && isIP(told) !== 0 ? told : ip;
}
