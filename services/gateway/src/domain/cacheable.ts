import { createHash } from 'node:crypto';

/** The directives of a `Cache-Control` field (RFC 9111, section 5.2), by lower-case name. */
export function directivesOf(field: string | readonly string[] | undefined): ReadonlyMap<string, string> {
  const text = typeof field === 'string' ? field : (field ?? []).join(',');
  const parts = text.toLowerCase().split(',');
  return new Map(parts.map((part) => part.trim().split('=')).map(([name = '', value = '']) => [name, value]));
}

export interface KeyParts {
  readonly endpointId: string;
  readonly tenantId: string;
  readonly permissions: Iterable<string>;
  /** Path and query as they were sent. */
  readonly url: string;
}

/** One name for all who are answered the same: of one tenant, with the same permissions, and the same question. */
export function cacheKeyOf({ endpointId, tenantId, permissions, url }: KeyParts): string {
  const parts = [endpointId, tenantId, [...permissions].toSorted(), url];
  return createHash('sha256').update(JSON.stringify(parts)).digest('base64url');
}

/** For how many seconds an answer may be kept; 0 for one that may not. */
export function keepS(
  maxAgeS: number,
  answer: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  },
): number {
  const { headers } = answer;
  if (answer.status !== 200 || headers['set-cookie'] !== undefined || headers['vary'] !== undefined) return 0;
  const directives = directivesOf(headers['cache-control']);
  if (['no-store', 'private', 'no-cache'].some((name) => directives.has(name))) return 0;
  const told = Number(directives.get('s-maxage') ?? directives.get('max-age') ?? maxAgeS);
  return Number.isFinite(told) ? Math.max(0, Math.min(maxAgeS, told)) : 0;
}
