import { createHealthChecker, createRegistry } from '@soc/monitoring';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createFarewell } from './farewell.ts';
import { createHttpApp } from './http-app.ts';
import { addOperations } from './operations.ts';

test('a service that leaves says so to its probes and on every answer, and answers all the same', async () => {
  const app = createHttpApp({ log: pino({ level: 'silent' }), now: () => new Date() });
  const farewell = createFarewell(app);
  const health = createHealthChecker({ service: 'alert', version: '1', startedAtMs: 0, nowMs: () => 0, checks: {} });
  addOperations(app, { health, registry: createRegistry('alert', 'x'), isLeaving: farewell.isLeaving });
  app.get('/work', () => 'done');
  const look = async (url: string) => {
    const { statusCode, headers } = await app.inject(url);
    return [statusCode, headers.connection];
  };
  expect([await look('/health/live'), await look('/work')]).toEqual([
    [200, 'keep-alive'],
    [200, 'keep-alive'],
  ]);
  await farewell.say(0);
  expect([await look('/health/live'), await look('/work')]).toEqual([
    [503, 'close'],
    [200, 'close'],
  ]);
  await app.close();
});
