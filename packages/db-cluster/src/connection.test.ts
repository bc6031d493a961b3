import { type AddressInfo, createServer, type Socket } from 'node:net';

import { expect, inject, onTestFinished, test } from 'vitest';
import { clientConfig, closeConnection, openConnection } from './connection.ts';

const settings = { applicationName: 'test', statementTimeoutMs: 1_000, connectTimeoutMs: 5_000 };

/** A server that answers a login by asking for the password in its own way, and keeps what it is sent after that. */
async function startAsking(request: Buffer) {
  const sent: Buffer[] = [];
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => undefined);
    socket.once('data', () => {
      socket.write(request);
      socket.on('data', (bytes: Buffer) => sent.push(bytes));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo; // a server that listens on TCP has one
  const stop = (): void => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
  return { url: `postgres://ann:hunter2@127.0.0.1:${port}/soc`, sent, stop };
}

/** AuthenticationCleartextPassword and AuthenticationMD5Password (PostgreSQL 18, section 54.7). */
const CLEARTEXT = Buffer.from([0x52, 0, 0, 0, 8, 0, 0, 0, 3]);
const MD5 = Buffer.from([0x52, 0, 0, 0, 12, 0, 0, 0, 5, 1, 2, 3, 4]);

test.each([
  ['cleartext', CLEARTEXT],
  ['md5', MD5],
])('a server that asks for the password by %s gets none', async (_, request) => {
  const asking = await startAsking(request);
  onTestFinished(asking.stop);
  const opening = openConnection(clientConfig({ ...settings, url: asking.url }), () => undefined);
  await expect(opening).rejects.toThrow('in a way that reveals it');
  expect(asking.sent).toEqual([]);
});

test('a URL that would not check the server is refused', () => {
  const weak = ['require', 'prefer', 'verify-ca', 'no-verify'].map((mode) => `sslmode=${mode}`);
  for (const asked of [
    ...weak,
    'ssl=no-verify',
    'sslmode=verify-full&ssl=0',
    'sslmode=verify-full&uselibpqcompat=true',
  ]) {
    const url = `postgres://ann@db.example/soc?${asked}`;
    expect(() => clientConfig({ ...settings, url })).toThrow('verify-full');
  }
});

test('with verify-full the certificate is checked and the login is tied to the session', () => {
  const config = clientConfig({ ...settings, url: 'postgres://ann@db.example/soc?sslmode=verify-full' });
  expect(config).toMatchObject({ ssl: true, enableChannelBinding: true });
});

test('a server without TLS is not spoken to when TLS is asked for', async () => {
  const url = `${inject('postgresUrl')}?sslmode=verify-full`;
  const opening = openConnection(clientConfig({ ...settings, url }), () => undefined);
  await expect(opening).rejects.toThrow('does not support SSL');
});

test('a session knows from its beginning that it is with a primary', async () => {
  const connection = await openConnection(clientConfig({ ...settings, url: inject('postgresUrl') }), () => undefined);
  expect(connection.isStandby).toBe(false);
  closeConnection(connection);
});
