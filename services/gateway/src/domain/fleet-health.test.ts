import { expect, test } from 'vitest';
import { fleetHealth, serviceHealth } from './fleet-health.ts';

const instance = (status: 'ok' | 'degraded' | 'down') =>
  ({
    name: 'x-0',
    status,
    healthy: true,
    ejected: false,
    draining: false,
    share: 1,
    outstanding: 0,
    recentLatencyMs: 1,
    breaker: 'closed',
    breakerOrder: 'auto',
    latencyMs: 1,
  }) as const;

const closed = { breaker: 'closed', breakerOrder: 'auto' } as const;

test.each([
  [['ok', 'ok'], 'ok'],
  [['ok', 'degraded'], 'degraded'],
  [['ok', 'down'], 'degraded'],
  [['degraded'], 'degraded'],
  [['down', 'down'], 'down'],
  [[], 'down'],
] as const)('a service whose instances are %j is %s', (statuses, expected) => {
  expect(serviceHealth('alert', statuses.map(instance), closed).status).toBe(expected);
});

test('the fleet is ok when every service is, and down when only the gateway answers', () => {
  const gateway = serviceHealth('gateway', [instance('ok')], closed);
  const [up, ill, gone] = (['ok', 'degraded', 'down'] as const).map((status) =>
    serviceHealth('ai', [instance(status)], closed),
  );
  const of = (...services: (typeof up)[]) =>
    fleetHealth([gateway, ...services.filter((one) => one !== undefined)]).status;
  expect(of(up, up)).toBe('ok');
  expect(of(up, ill)).toBe('degraded');
  expect(of(up, gone)).toBe('degraded');
  expect(of(gone, gone)).toBe('down');
});
