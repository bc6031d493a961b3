import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import type { BusLog } from '@soc/messaging';
import type { SyslogRoute } from '../domain/syslog/peers.ts';
import type { ArrivedMessage, SyslogIntake } from './syslog-intake.ts';
import type { SyslogMetrics } from './syslog-metrics.ts';

/** Messages and bytes that wait to be stored; what comes beyond is dropped and counted. */
const QUEUE = { messages: 10_000, bytes: 32 * 1024 * 1024 };
const BATCH = 500;
/** Asked of the kernel, which gives at most net.core.rmem_max: what it drops nobody here can count. */
const RECEIVE_BUFFER_BYTES = 4 * 1024 * 1024;

export interface Listener {
  readonly close: () => Promise<void>;
}

/** Listens for datagrams, a message each. The datagrams are never held back, so a flood costs messages and no memory. */
export async function listenUdp(given: {
  readonly host: string;
  readonly port: number;
  readonly maxBytes: number;
  readonly routeOf: (address: string) => SyslogRoute | null;
  readonly intake: SyslogIntake;
  readonly metrics: SyslogMetrics;
  readonly log: BusLog;
}): Promise<Listener> {
  const { host, port, maxBytes, routeOf, intake, metrics, log } = given;
  const stopping = new AbortController();
  let queue: ArrivedMessage[] = [];
  let queuedBytes = 0;
  let storing: Promise<void> | undefined;

  const drain = async (): Promise<void> => {
    while (queue.length > 0) {
      const batch = queue.slice(0, BATCH);
      queue = queue.slice(BATCH);
      queuedBytes -= batch.reduce((sum, { bytes }) => sum + bytes.length, 0);
      try {
        await intake.accept('udp', batch, stopping.signal);
      } catch (error) {
        log.error({ err: error, messages: batch.length }, 'syslog messages cannot be stored');
        metrics.drop('udp', 'stopped', batch.length);
      }
    }
    storing = undefined;
  };

  const socket = createSocket({ type: host.includes(':') ? 'udp6' : 'udp4', recvBufferSize: RECEIVE_BUFFER_BYTES });
  socket.on('error', (error) => log.error({ err: error }, 'syslog socket failed'));
  socket.on('message', (bytes, { address }) => {
    const route = routeOf(address);
    if (!route) return metrics.drop('udp', 'unknown_peer');
    if (bytes.length > maxBytes) return metrics.drop('udp', 'too_long');
    if (queue.length >= QUEUE.messages || queuedBytes + bytes.length > QUEUE.bytes) {
      return metrics.drop('udp', 'queue_full');
    }
    queue.push({ bytes, route });
    queuedBytes += bytes.length;
    storing ??= drain();
  });
  socket.bind(port, host);
  await once(socket, 'listening');
  return {
    close: async () => {
      socket.close();
      stopping.abort();
      await storing;
    },
  };
}
