/** A host and a port. */
export interface Endpoint {
  readonly host: string;
  readonly port: number;
}

interface Credentials {
  readonly username?: string;
  readonly password?: string;
}

/** Where Redis is and how to reach it, as a URL says it. */
export type RedisTarget = Credentials & { readonly usesTls: boolean } & (
    | { readonly kind: 'single'; readonly endpoint: Endpoint; readonly database: number }
    | { readonly kind: 'sentinel'; readonly sentinels: readonly Endpoint[]; readonly masterName: string }
    | { readonly kind: 'cluster'; readonly nodes: readonly Endpoint[] }
  );

/** A Redis URL that makes no sense. The message says what is wrong and never repeats the URL, which may hold a password. */
export class RedisUrlError extends Error {
  override readonly name = 'RedisUrlError';
}

const FORMS =
  'redis://host:port, rediss:// for TLS, redis+sentinel://host:port,host:port/master-name, redis+cluster://host:port,host:port';

const URL_PARTS =
  /^(?<scheme>rediss?)(?:\+(?<kind>sentinel|cluster))?:\/\/(?:(?<userInfo>[^/?#]*)@)?(?<hosts>[^@/?#]+)(?:\/(?<path>[^?#]*))?$/;

/**
 * Reads `redis://user:password@host:port/database`, `redis+sentinel://user:password@host:port,host:port/master-name` and
 * `redis+cluster://user:password@host:port,host:port`; each with `rediss` is TLS. User, password and master name are
 * percent-encoded; ports default to 6379, 26379 for Sentinels. Throws `RedisUrlError`.
 */
export function parseRedisUrl(url: string): RedisTarget {
  const parts = URL_PARTS.exec(url)?.groups;
  if (!parts) throw new RedisUrlError(`is none of ${FORMS}`);
  const { scheme, kind, userInfo, hosts = '', path = '' } = parts;
  const access = { usesTls: scheme === 'rediss', ...readCredentials(userInfo) };
  if (kind === 'sentinel') return { kind, ...access, ...readSentinels(hosts, path) };
  if (kind === 'cluster') return { kind, ...access, nodes: readNodes(hosts, path) };
  return { kind: 'single', ...access, ...readServer(hosts, path) };
}

function readSentinels(hosts: string, path: string) {
  const masterName = decode(path);
  if (masterName === '' || masterName.includes('/')) {
    throw new RedisUrlError('needs the name of the master as its path');
  }
  return { sentinels: readEndpoints(hosts, 26_379), masterName };
}

function readNodes(hosts: string, path: string) {
  if (path !== '') throw new RedisUrlError('has a path, but a cluster has neither databases nor a master name');
  return readEndpoints(hosts, 6379);
}

function readServer(hosts: string, path: string) {
  const [endpoint, ...others] = readEndpoints(hosts, 6379);
  if (!endpoint || others.length > 0) {
    throw new RedisUrlError('names several hosts; several are redis+sentinel:// or redis+cluster://');
  }
  if (!/^\d{0,5}$/.test(path)) throw new RedisUrlError('has a path that is no number of a database');
  return { endpoint, database: Number(path) };
}

function readCredentials(userInfo: string | undefined): Credentials {
  if (userInfo === undefined || userInfo === '') return {};
  const colon = userInfo.indexOf(':');
  if (colon < 0) throw new RedisUrlError('names a user without a password');
  const username = decode(userInfo.slice(0, colon));
  const password = decode(userInfo.slice(colon + 1));
  if (username !== '' && password === '') throw new RedisUrlError('names a user without a password');
  return { ...(username !== '' && { username }), ...(password !== '' && { password }) };
}

const readEndpoints = (hosts: string, defaultPort: number): readonly Endpoint[] =>
  hosts.split(',').map((text) => {
    const parts = /^(?:\[(?<ipv6>[\da-fA-F:.]+)\]|(?<name>[^:[\]\s]+))(?::(?<port>\d+))?$/.exec(text)?.groups;
    const host = parts?.['ipv6'] ?? parts?.['name'];
    if (host === undefined) throw new RedisUrlError('has a host that is not of the form host:port');
    const port = Number(parts?.['port'] ?? defaultPort);
    if (port < 1 || port > 65_535) throw new RedisUrlError('has a port that is not from 1 to 65535');
    return { host, port };
  });

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw new RedisUrlError('has a % that is no percent-encoding');
  }
}
