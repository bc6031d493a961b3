import { endpoints } from '@soc/contracts/endpoints';
import { expect, test } from 'vitest';
import { createExpressRoutes } from './express-routes.ts';

const routeOf = createExpressRoutes(endpoints);
const pathOf = (url: string): string => url.replaceAll(/:\w+/g, 'x1');
const foundBy = (method: string, url: string) => routeOf(method, url)?.spec.id;

const LEFT_OUT = endpoints.filter(
  ({ service, permission, cache, upgrade, produces, bodyKind }) =>
    service === 'gateway' ||
    permission === 'public' ||
    cache ||
    upgrade ||
    produces === 'text/event-stream' ||
    bodyKind === 'stream',
);

test('no endpoint that is the gateway’s own, for anybody, kept, streamed or an upgrade goes by express, by no path', () => {
  for (const { id, method, url } of LEFT_OUT) expect([id, foundBy(method, pathOf(url))]).toEqual([id, undefined]);
});

test('nor what takes a secret, and every other does, under its own name', () => {
  const rest = endpoints.filter((spec) => !LEFT_OUT.includes(spec));
  const missed = rest.filter(({ id, method, url }) => foundBy(method, pathOf(url)) !== id).map(({ id }) => id);
  expect(missed.toSorted()).toEqual(
    ['beginMfa', 'changeOwnPassword', 'confirmMfa', 'disableMfa', 'renewRecoveryCodes'].toSorted(),
  );
  expect(rest.length).toBeGreaterThan(100);
});

test('a query is no part of a path', () => {
  expect(foundBy('GET', '/api/v1/alerts?a=/../%2e&b=#;')).toBe('listAlerts');
});

test.each([
  '/api/v1/alerts/',
  '/api/v1//alerts',
  '//api/v1/alerts',
  '/api/v1/./alerts',
  '/api/v1/x/../alerts',
  '/api/v1/%61lerts',
  '/api/v1/alerts/%2e%2e',
  '/api/v1/alerts/..',
  '/api/v1/alerts/.hidden',
  '/api/v1/alerts;x',
  '/api/v1/alerts#x',
  '/api/v1/alerts/a b',
  '/api/v1/alerts/a@b',
  '/api/v1/alerts/é',
  `/api/v1/alerts/${'x'.repeat(513)}`,
  '/API/v1/alerts',
  'http://x/api/v1/alerts',
  '*',
  '',
])('a path that is not plain is left to the app: %s', (path) => {
  expect(foundBy('GET', path)).toBeUndefined();
});

test.each(['HEAD', 'OPTIONS', 'PUT', 'TRACE', 'get', 'NOTHING'])(
  'and so is a method that no contract has there: %s',
  (method) => {
    expect(foundBy(method, '/api/v1/alerts')).toBeUndefined();
  },
);
