import { once } from 'node:events';
import { createServer, type Server, type Socket } from 'node:net';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import type { BusLog } from '@soc/messaging';
import { createFrameDecoder } from '../domain/syslog/frame-decoder.ts';
import type { SyslogRoute } from '../domain/syslog/peers.ts';
import type { SyslogIntake } from './syslog-intake.ts';
import type { SyslogMetrics } from './syslog-metrics.ts';
import type { Listener } from './udp-listener.ts';

/** A sender that is silent for so long has gone without saying so. */
const IDLE_MS = 3_600_000;
const HANDSHAKE_MS = 10_000;

interface TcpOptions {
  readonly host: string;
  readonly port: number;
  readonly tls: TlsOptions | null;
  readonly maxBytes: number;
  readonly maxConnections: number;
  /** Of one address. */
  readonly maxPeerConnections: number;
  readonly routeOf: (address: string) => SyslogRoute | null;
  readonly intake: SyslogIntake;
  readonly metrics: SyslogMetrics;
  readonly log: BusLog;
}

/**
 * Listens for streams of messages. A connection is read again only when everything it has sent is stored, so that a slow
 * database slows the senders down and what they have been relieved of is safe.
 */
export async function listenTcp(options: TcpOptions): Promise<Listener> {
  const { host, port, tls, maxConnections, maxPeerConnections, routeOf, metrics, log } = options;
  const transport = tls ? 'tls' : 'tcp';
  const stopping = new AbortController();
  const sockets = new Map<Socket, Promise<void>>();

  const serve = (socket: Socket): void => {
    const route = routeOf(socket.remoteAddress ?? '');
    if (!route || stopping.signal.aborted) {
      // It was admitted, and has gone since.
      socket.destroy();
      return;
    }
    metrics.connections(transport, 1);
    const done = readMessages(socket, route, options, stopping.signal)
      .catch((error: unknown) => {
        log.warn({ err: error, tenantId: route.tenantId }, 'syslog connection ended with an error');
        socket.destroy();
      })
      .finally(() => {
        sockets.delete(socket);
        metrics.connections(transport, -1);
      });
    sockets.set(socket, done);
  };

  const secure = tls && createTlsServer({ ...tls, minVersion: 'TLSv1.2', handshakeTimeout: HANDSHAKE_MS }, serve);
  secure?.on('tlsClientError', () => metrics.refusedConnection('tls', 'tls'));
  const admits = createAdmission(routeOf, maxPeerConnections);
  // Before the handshake: a stranger would keep a place for as long as it may take.
  const server: Server = createServer((socket) => {
    const refusal = admits(socket);
    if (refusal) {
      metrics.refusedConnection(transport, refusal);
      socket.destroy();
    } else if (secure) secure.emit('connection', socket);
    else serve(socket);
  });
  // What is beyond is closed at once.
  server.maxConnections = maxConnections;
  server.on('drop', () => metrics.refusedConnection(transport, 'too_many'));
  server.on('error', (error) => log.error({ err: error }, 'syslog server failed'));
  server.listen(port, host);
  await once(server, 'listening');
  return {
    close: async () => {
      server.close();
      stopping.abort();
      for (const socket of sockets.keys()) socket.destroySoon();
      await Promise.all(sockets.values());
    },
  };
}

/** Whether a connection is refused, and why; one that is not counts for its address until it is closed. */
function createAdmission(routeOf: TcpOptions['routeOf'], maxPeerConnections: number) {
  const openOf = new Map<string, number>();
  return (socket: Socket): 'unknown_peer' | 'too_many_of_peer' | null => {
    const peer = socket.remoteAddress ?? '';
    if (!routeOf(peer)) return 'unknown_peer';
    const open = openOf.get(peer) ?? 0;
    if (open >= maxPeerConnections) return 'too_many_of_peer';
    openOf.set(peer, open + 1);
    socket.once('close', () => {
      const left = (openOf.get(peer) ?? 0) - 1;
      if (left > 0) openOf.set(peer, left);
      else openOf.delete(peer);
    });
    return null;
  };
}

async function readMessages(
  socket: Socket,
  route: SyslogRoute,
  { tls, maxBytes, intake, metrics }: TcpOptions,
  signal: AbortSignal,
): Promise<void> {
  const transport = tls ? 'tls' : 'tcp';
  const decoder = createFrameDecoder(maxBytes, (loss) => metrics.drop(transport, loss));
  socket.setTimeout(IDLE_MS, () => socket.destroy());
  const accept = (messages: readonly Buffer[]): Promise<void> =>
    intake.accept(
      transport,
      messages.map((bytes) => ({ bytes, route })),
      signal,
    );
  try {
    // The loop reads the next chunk only when its body has ended.
    for await (const chunk of socket) await accept(decoder.push(chunk as Buffer)); // no encoding is set
  } catch (error) {
    if (!isBrokenConnection(error)) throw error;
    // What a broken connection leaves of a line may be half of it.
    if (decoder.end().length > 0) metrics.drop(transport, 'cut_off');
    return;
  }
  await accept(decoder.end());
}

const isBrokenConnection = (error: unknown): boolean =>
  error instanceof Error &&
  'code' in error &&
  ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE', 'ETIMEDOUT'].includes(String(error.code));
