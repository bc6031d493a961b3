import { TLSSocket } from 'node:tls';
import type { Redis } from './connector.ts';

/** When the certificate ends that a Redis server has shown. */
export interface RedisCertificate {
  /** `host:port` */
  readonly node: string;
  readonly endsAt: Date;
}

/** Certificates that the servers of a connection showed when it was made; none of servers without TLS. */
export function redisCertificates(redis: Redis): readonly RedisCertificate[] {
  const connections = 'nodes' in redis ? redis.nodes('all') : [redis];
  return connections.flatMap(({ stream, options: { host, port } }) => {
    if (!(stream instanceof TLSSocket)) return [];
    const endsAt = stream.getPeerX509Certificate()?.validToDate;
    // Behind Sentinels the address is theirs to say, and the socket's.
    const node = `${host ?? stream.remoteAddress ?? 'redis'}:${port ?? stream.remotePort ?? 6379}`;
    return endsAt ? [{ node, endsAt }] : [];
  });
}
