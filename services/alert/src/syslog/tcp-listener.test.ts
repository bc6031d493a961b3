import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { connect as connectTls, type TlsOptions } from 'node:tls';
import { createCertificateAuthority, takeFreePorts, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, onTestFinished, test } from 'vitest';
import { createSyslogMetrics } from './syslog-metrics.ts';
import { listenTcp } from './tcp-listener.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** A listener for senders at 127.0.0.1 and 127.0.0.2. */
async function listen(limits: { maxConnections: number; maxPeerConnections: number }, tls: TlsOptions | null = null) {
  const registry = createRegistry('alert', 'test');
  const heard: string[] = [];
  const [port] = await takeFreePorts(1);
  const listener = await listenTcp({
    host: '127.0.0.1',
    port,
    tls,
    maxBytes: 2_048,
    ...limits,
    routeOf: (address) => (/^127\.0\.0\.[12]$/.test(address) ? { tenantId: 'acme', mapping: null } : null),
    intake: {
      accept: (_, messages) => {
        heard.push(...messages.map(({ bytes }) => bytes.toString()));
        return Promise.resolve();
      },
    },
    metrics: createSyslogMetrics(registry, log, () => new Date()),
    log,
  });
  const open: Socket[] = [];
  onTestFinished(async () => {
    for (const socket of open) socket.destroy();
    await listener.close();
  });
  return {
    port,
    heard,
    open: async (localAddress = '127.0.0.1'): Promise<Socket> => {
      const socket = connect({ port, host: '127.0.0.1', localAddress });
      socket.on('error', () => undefined); // a refusal
      open.push(socket);
      await once(socket, 'connect');
      return socket;
    },
    refused: async (reason: string): Promise<number> => {
      const text = await registry.metrics();
      const line = text.split('\n').find((one) => one.startsWith('soc_syslog_refused') && one.includes(`"${reason}"`));
      return Number(line?.split(' ').at(-1) ?? 0);
    },
  };
}

const until = (isDone: () => boolean) =>
  waitFor(() => (isDone() ? Promise.resolve(true) : Promise.reject(new Error('not yet'))));

test('connections beyond the limit are closed at once', async () => {
  const listener = await listen({ maxConnections: 2, maxPeerConnections: 9 });
  for (const word of ['one', 'two']) (await listener.open()).write(`${word}\n`);
  await until(() => listener.heard.length === 2);
  const beyond = await listener.open();
  await once(beyond, 'close');
  expect(await listener.refused('too_many')).toBe(1);
});

test('one address cannot take every place, and has its own again when it closes', async () => {
  const listener = await listen({ maxConnections: 9, maxPeerConnections: 1 });
  const first = await listener.open();
  await once(await listener.open(), 'close');
  expect(await listener.refused('too_many_of_peer')).toBe(1);
  (await listener.open('127.0.0.2')).write('another\n');
  await until(() => listener.heard.includes('another'));
  first.end('first\n');
  await once(first, 'close');
  await waitFor(async () => {
    // The server may learn of the end a moment later.
    const next = await listener.open();
    next.end('again\n');
    await once(next, 'close');
    return listener.heard.includes('again');
  });
  expect(listener.heard).toEqual(['another', 'first', 'again']);
});

test('over TLS who is in no network is closed before the handshake, and takes no place', async () => {
  const authority = createCertificateAuthority('soc', new Date());
  const { certificate, key } = authority.issue({ commonName: 'soc', hosts: ['127.0.0.1'], now: new Date() });
  const listener = await listen({ maxConnections: 1, maxPeerConnections: 1 }, { cert: certificate, key });
  // It says nothing, and would have ten seconds for its handshake.
  const stranger = await listener.open('127.0.0.9');
  await once(stranger, 'close');
  expect(await listener.refused('unknown_peer')).toBe(1);

  const sender = connectTls({ port: listener.port, host: '127.0.0.1', ca: authority.certificate });
  await once(sender, 'secureConnect');
  sender.end('secure\n');
  await until(() => listener.heard.includes('secure'));
  expect(await listener.refused('too_many')).toBe(0);
});
