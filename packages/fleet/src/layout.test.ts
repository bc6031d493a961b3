import { ServiceName } from '@soc/contracts';
import { expect, test } from 'vitest';
import { layOut } from './layout.ts';

test('the nine services stand on their ports, replicas a hundred further', () => {
  const { instances } = layOut({ portBase: 8000, scale: { alert: 2 } });
  expect(new Set(instances.map(({ service }) => service))).toEqual(new Set(ServiceName.options));
  expect(instances.filter(({ service }) => service === 'alert').map(({ name, url }) => [name, url])).toEqual([
    ['alert', 'http://127.0.0.1:8002'],
    ['alert-1', 'http://127.0.0.1:8102'],
  ]);
});

test('no two processes share a port, however many there are', () => {
  const scale = Object.fromEntries(ServiceName.options.filter((name) => name !== 'gateway').map((name) => [name, 9]));
  const { instances, postgresPort, replicaPort, redisPort, monitoring } = layOut({ portBase: 8000, scale });
  const servers = [postgresPort, replicaPort, redisPort, ...Object.values(monitoring).flat()];
  const ports = [...instances.map(({ port }) => port), ...servers];
  expect(new Set(ports).size).toBe(ports.length);
});

test('a part of the fleet has its door all the same', () => {
  const { instances } = layOut({ portBase: 8000, scale: {}, only: ['intel'] });
  expect(instances.map(({ name }) => name)).toEqual(['gateway', 'auth', 'intel']);
});

test.each([
  [{ portBase: 80, scale: {} }, 'port base'],
  [{ portBase: 65_000, scale: {} }, 'port base'],
  [{ portBase: 8000, scale: { alert: 0 } }, 'alert can run 1 to 9 times'],
  [{ portBase: 8000, scale: { alert: 10 } }, 'alert can run 1 to 9 times'],
  [{ portBase: 8000, scale: { gateway: 2 } }, 'gateway'],
])('%j cannot be laid out', (options, reason) => {
  expect(() => layOut(options)).toThrow(reason);
});
