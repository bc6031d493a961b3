import { createHash } from 'node:crypto';
import type { ServiceName } from '@soc/contracts';
import { eventSubscribers } from '@soc/contracts/event-subscribers';
import { events } from '@soc/contracts/events';
import { cacheGenerationKey, queuePrefix, retryQueueName, streamKey } from './keys.ts';

/** What may be done to some keys or channels, as Redis writes a selector (https://redis.io/docs/management/security/acl). */
type Selector = readonly string[];

/** Of the connection itself; none of it touches a key. TIME is for the scripts of others, INFO for the check at the start. */
const BASE =
  '+auth +hello +ping +quit +info +time +wait +multi +exec +discard +client|setname +script|load +script|exists +cluster|slots +cluster|shards +cluster|info +readonly +readwrite +asking'.split(
    ' ',
  );

/** For the owner of an event: to publish it, and to trim its stream by what the groups have acknowledged. */
const PUBLISH = '+xadd +xtrim +xlen +xpending +xinfo|groups +xinfo|stream +memory|usage'.split(' ');

/** For who hears an event. Which group it reads as Redis cannot tell; of XGROUP it may only CREATE. */
const SUBSCRIBE =
  '+xreadgroup +xack +xautoclaim +xclaim +xpending +xrange +xgroup|create +xinfo|groups +xinfo|stream'.split(' ');

/** What an exporter asks. CONFIG is not of it, which would tell how the server is set up. */
const MONITOR = '+auth +hello +ping +quit +info +client|setname +slowlog|get +slowlog|len +latency|latest'.split(' ');

/** BullMQ's scripts use most data types; what looks at the keys of others, or is dangerous, is taken out again. */
const QUEUE =
  '+@read +@write +@blocking -@keyspace -@dangerous +del +unlink +exists +type +expire +pexpire +ttl +pttl +eval +evalsha'.split(
    ' ',
  );

/** What a service keeps in Redis of its own, beside events. */
function ownUses(service: ServiceName, prefix: string): readonly Selector[] {
  switch (service) {
    case 'gateway':
      return [
        [`~${prefix}:rate:*`, '+eval', '+evalsha', '+get', '+set'],
        [`~${prefix}:gateway:*`, '+hset', '+hdel', '+hgetall'],
        [`~${prefix}:cache:*`, '+get', '+set', '+incr'],
      ];
    case 'notification':
      return [
        [`~${prefix}:notification:live:*`, '+xadd', '+xrange', '+xrevrange', '+expire'],
        [`&${prefix}:notification:news`, '+publish', '+subscribe', '+unsubscribe'],
      ];
    case 'auth':
    case 'alert':
    case 'ai':
    case 'intel':
    case 'response':
    case 'analytics':
    case 'storage':
      return [];
  }
}

/** The Redis user of a service. */
export const redisUserOf = (service: ServiceName): string => `soc_${service}`;

/**
 * The rules of a service's Redis user, from the contracts: it writes only the streams of the events it owns, reads only
 * those it subscribes to, has its own retry queue and what it keeps itself, and nothing else. Needs Redis 7. `prefix` may
 * hold the wildcards of Redis.
 */
export function redisAclOf(service: ServiceName, prefix: string): readonly string[] {
  const streams = (types: readonly { readonly type: string }[]) =>
    types.map(({ type }) => `~${streamKey(prefix, type)}`);
  const owned = events.filter(({ owner }) => owner === service);
  const heard = events.filter(({ type }) => eventSubscribers[type]?.includes(service));
  const queue = `~${queuePrefix(prefix)}:${retryQueueName(service)}:*`;
  const selectors: readonly Selector[] = [
    ...(owned.length > 0 ? [[...streams(owned), ...PUBLISH]] : []),
    ...(heard.length > 0
      ? [
          [...streams(heard), ...SUBSCRIBE],
          [queue, ...QUEUE],
        ]
      : []),
    // To tell the gateway that answers it keeps are old.
    [`~${cacheGenerationKey(prefix, service, '*')}`, '+incr'],
    ...ownUses(service, prefix),
  ];
  return ['resetkeys', 'resetchannels', '-@all', ...BASE, ...selectors.map((selector) => `(${selector.join(' ')})`)];
}

/**
 * The content of a Redis `aclfile`: a user for every password given, an administrator who may do all, and the default user,
 * who may do nothing. Passwords are written as SHA-256, as Redis does itself; they must have 256 bits of chance.
 */
export function redisAclFile(options: {
  readonly prefix: string;
  readonly passwords: Readonly<Partial<Record<ServiceName, string>>>;
  readonly admin: { readonly user: string; readonly password: string };
  /** Reads the server's own figures and no key. */
  readonly monitor?: { readonly user: string; readonly password: string } | undefined;
}): string {
  const { prefix, passwords, admin, monitor } = options;
  const line = (user: string, password: string, rules: readonly string[]): string =>
    `user ${user} on sanitize-payload #${createHash('sha256').update(password).digest('hex')} ${rules.join(' ')}`;
  // `fromEntries` made the record: its keys are services.
  const services = Object.entries(passwords) as [ServiceName, string][];
  return [
    'user default off resetpass resetkeys resetchannels -@all',
    line(admin.user, admin.password, ['~*', '&*', '+@all']),
    ...(monitor ? [line(monitor.user, monitor.password, ['resetkeys', 'resetchannels', '-@all', ...MONITOR])] : []),
    ...services.map(([service, password]) => line(redisUserOf(service), password, redisAclOf(service, prefix))),
    '',
  ].join('\n');
}
