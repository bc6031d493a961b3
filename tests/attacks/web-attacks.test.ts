import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { permissionsOfRole } from '@soc/contracts';
import { GetServicesHealth } from '@soc/contracts/gateway/services-health';
import { createFleetClient } from '@soc/fleet';
import { sharedData } from '@soc/fleet/testing';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { linesOf } from '../support/real-inputs.ts';
import { type Answer, type Attacker, createAttacker, forEachOf, type Sent } from './attacker.ts';
import { claimsOf, honestToken } from './principals.ts';
import { exchange, lines } from './raw-http.ts';
import './provided.ts';

/** A request of the OWASP core rule set's tests. */
interface WebAttack {
  readonly crs_rule: number;
  readonly test: number;
  readonly method: string;
  readonly uri: string;
  readonly headers: Readonly<Record<string, string | number>>;
  readonly data: string | null;
}

const file = sharedData('11-robustness/web-attack-requests.ndjson');
// The file is this repository's own copy of the data; a line that is no such request fails the test that sends it.
const attacks = file === undefined ? [] : linesOf(file).map((line) => JSON.parse(line) as WebAttack);

/** Framing is the client's here; tricks with it have tests of their own. */
const NOT_SENT =
  /^(?:content-length|transfer-encoding|connection|keep-alive|proxy-connection|host|expect|upgrade|te)$/i;

const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');
const headersOf = ({ headers }: WebAttack): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers)
      .filter(([name]) => !NOT_SENT.test(name))
      .map(([name, value]) => [
        name.toLowerCase(),
        bytesOf(String(value))
          .replaceAll(/[^\t\x20-\x7e\x80-\xff]/g, ' ')
          .trim(),
      ]),
  );

/** The query of an attack, as it would stand in a request line. */
const queryOf = ({ uri }: WebAttack): string =>
  bytesOf(uri.slice(uri.indexOf('?') + 1)).replaceAll(/[^\x21-\x7e\x80-\xff]/g, '+');
/** What does the harm: the body, or else the query, or else the path. */
const payloadOf = ({ uri, data }: WebAttack): string =>
  data ?? (uri.includes('?') ? uri.slice(uri.indexOf('?') + 1) : uri);
const asSegment = (attack: WebAttack): string => encodeURIComponent(payloadOf(attack).slice(0, 200).toWellFormed());

const JSON_TYPE = { 'content-type': 'application/json' };
const NOBODY = '00000000-0000-7000-8000-00000000abcd';

/** A kind of route: how an attack looks there, and which successes mean that it was data, and nothing else. */
interface RouteClass {
  readonly name: string;
  readonly request: (attack: WebAttack) => Sent;
  readonly harmless: readonly number[];
}

const reading = (name: string, path: (attack: WebAttack) => string, harmless: readonly number[] = []): RouteClass => ({
  name,
  request: (attack) => ({ path: path(attack), headers: headersOf(attack) }),
  harmless,
});
const sending = (name: string, path: string, harmless: readonly number[] = [], method = 'POST'): RouteClass => ({
  name,
  request: (attack) => ({ method, path, headers: headersOf(attack), body: payloadOf(attack) }),
  harmless,
});
const telling = (name: string, path: string, field: string, harmless: readonly number[] = []): RouteClass => ({
  name,
  request: (attack) => ({
    method: 'POST',
    path,
    headers: { ...headersOf(attack), ...JSON_TYPE },
    body: JSON.stringify({ [field]: payloadOf(attack) }),
  }),
  harmless,
});

const routeClasses: readonly RouteClass[] = [
  reading('a page of the gateway', (attack) => `/?${queryOf(attack)}`, [200]),
  reading('a public endpoint', (attack) => `/api/v1/auth/.well-known/jwks.json?${queryOf(attack)}`, [200]),
  reading('a list', (attack) => `/api/v1/alerts?${queryOf(attack)}`, [200]),
  reading(
    'a search',
    (attack) => `/api/v1/storage/search?q=${encodeURIComponent(payloadOf(attack).slice(0, 2_000).toWellFormed())}`,
    [200],
  ),
  reading('a thing by its id', (attack) => `/api/v1/alerts/${asSegment(attack)}`),
  reading('a thing by its name', (attack) => `/api/v1/alerts/mappings/${asSegment(attack)}`),
  reading('an operation of the bus', (attack) => `/api/v1/bus/auth/dead-letters?${queryOf(attack)}`, [200]),
  reading('the event stream', (attack) => `/api/v1/notifications/stream?${queryOf(attack)}`, [200]),
  reading('an administration page', (attack) => `/admin/grafana/${asSegment(attack)}?${queryOf(attack)}`),
  sending('a public body', '/api/v1/auth/refresh'),
  sending('a JSON body', '/api/v1/alerts'),
  sending('a body of lines', '/api/v1/alerts/bulk', [200]),
  sending('a vendor’s payload', '/api/v1/alerts/webhooks/generic', [202]),
  sending('a change', `/api/v1/ai/assets/${NOBODY}`, [], 'PATCH'),
  {
    ...sending('a removal', '', [], 'DELETE'),
    request: (attack) => ({
      method: 'DELETE',
      path: `/api/v1/ai/assets/${asSegment(attack)}`,
      headers: headersOf(attack),
    }),
  },
  telling('a text to be analysed', '/api/v1/intel/extract', 'text', [200]),
  telling('a comment', `/api/v1/alerts/${NOBODY}/comments`, 'text'),
  telling('a refresh token', '/api/v1/auth/refresh', 'refreshToken'),
];

/** The fruits of an attack, or words of what runs here. */
const TELLS_INTERNALS = /root:x:0|uid=\d|ORA-\d|SQLSTATE|syntax error at or near|node_modules|\.ts:\d+/;

/** What of an answer must not be; nothing when all is well. */
function faultsOf({ status, contentType, code, text }: Answer, harmless: readonly number[]): readonly string[] {
  const isProblem = contentType.startsWith('application/problem+json') && code !== undefined;
  return [
    ...(status >= 500 ? [`answers ${status}`] : []),
    ...(status < 400 && !harmless.includes(status) ? [`is taken: ${status}`] : []),
    ...(status >= 400 && !isProblem ? [`refuses with ${contentType}`] : []),
    ...(TELLS_INTERNALS.test(text) ? ['tells internals'] : []),
  ];
}

let attacker: Attacker;
let token: string;
let before: readonly unknown[];

/** What the tenant has set up; alerts are what it is sent, and an attack may be one. */
const SETTINGS = [
  '/api/v1/auth/users',
  '/api/v1/auth/api-keys',
  '/api/v1/auth/roles',
  '/api/v1/alerts/mappings',
  '/api/v1/ai/assets',
  '/api/v1/intel/indicators',
  '/api/v1/intel/warninglists',
  '/api/v1/response/playbooks',
  '/api/v1/response/triggers',
  '/api/v1/notifications/channels',
  '/api/v1/notifications/rules',
  '/api/v1/storage/objects',
];
const settings = () =>
  forEachOf(SETTINGS, async (path) => {
    const { status, text } = await attacker.send({ path: `${path}?limit=200`, token });
    return [path, status, text];
  });

beforeAll(async () => {
  attacker = createAttacker(inject('attackedFleet').gatewayUrl);
  token = honestToken(claimsOf({ permissions: permissionsOfRole.admin, roles: ['admin'] }));
  before = await settings();
});
afterAll(() => attacker.close());

const loggedErrors = (): readonly string[] => {
  const { logsDirectory } = inject('attackedFleet');
  return readdirSync(logsDirectory)
    .flatMap((name) => readFileSync(join(logsDirectory, name), 'utf8').split('\n'))
    .filter((line) => line.includes('"level":50') || line.includes('"level":60'));
};

describe.skipIf(attacks.length === 0)('the requests of web attacks', () => {
  test.each(routeClasses)('do nothing at $name', async ({ request, harmless }) => {
    const found = await forEachOf(attacks, async (attack) => {
      const answer = await attacker.send({ token, ...request(attack) });
      return faultsOf(answer, harmless).map((fault) => `${attack.crs_rule}-${attack.test} ${fault}`);
    });
    expect(found.flat()).toEqual([]);
  });

  test('find nothing as they are', async () => {
    const { gatewayUrl } = inject('attackedFleet');
    const found = await forEachOf(attacks, async ({ method, uri, headers, data }) => {
      const fields = Object.entries(headers).map(([name, value]) => `${name}: ${bytesOf(String(value))}`);
      const isFramed = data === null || fields.some((field) => /^(?:content-length|transfer-encoding):/i.test(field));
      const body = bytesOf(data ?? '');
      const head = lines(
        `${method} ${bytesOf(uri)} HTTP/1.1`,
        ...fields,
        ...(isFramed ? [] : [`Content-Length: ${body.length}`]),
        '',
      );
      const { statuses, received } = await exchange(gatewayUrl, head + body, { patienceMs: 2_000 });
      // `/` is the index of the gateway; the rest is nowhere.
      const isIndex = /^\/(?:\?|$)/.test(uri);
      return statuses.every((status) => (status >= 400 && status < 500) || (isIndex && status === 200))
        ? []
        : [`${method} ${uri}: ${received}`];
    });
    expect(found.flat()).toEqual([]);
  });

  test('leave a fleet behind that is well, is set up as it was, and has logged no fault', async () => {
    const client = createFleetClient(inject('attackedFleet').gatewayUrl, token);
    expect((await client.call(GetServicesHealth)).status).toBe('ok');
    expect(await settings()).toEqual(before);
    expect(loggedErrors()).toEqual([]);
  });
});
