import { pino } from 'pino';
import { expect, test } from 'vitest';
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
