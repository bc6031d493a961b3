import { once } from 'node:events';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { expect, onTestFinished, test } from 'vitest';
import { createHttpApp } from './http-app.ts';

test('a request that comes while the service begins to close is done, not refused', async () => {
  const app = createHttpApp({ log: pino({ level: 'silent' }), now: () => new Date() });
  const closing = Promise.withResolvers<void>();
  const goOn = Promise.withResolvers<void>();
  app.addHook('preClose', async () => {
    closing.resolve();
    await goOn.promise;
  });
  app.get('/late', () => 'late');
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const closed = app.close();
  await closing.promise;
  const answer = await fetch(`${url}/late`);
  expect([answer.status, answer.headers.get('connection'), await answer.text()]).toEqual([200, 'close', 'late']);
  goOn.resolve();
  await closed;
});

test('who has connected and said nothing does not keep the service from closing', { timeout: 30_000 }, async () => {
  const app = createHttpApp({ log: pino({ level: 'silent' }), now: () => new Date() });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const accepted = once(app.server, 'connection');
  const { port } = app.server.address() as AddressInfo; // it listens on a port
  const silent = connect(port, '127.0.0.1');
  onTestFinished(() => void silent.destroy());
  const ended = once(silent.resume(), 'close');
  await accepted;
  await app.close();
  await ended;
  expect(silent.bytesRead).toBe(0);
});
