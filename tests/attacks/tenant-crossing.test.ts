import { type EndpointSpec, successStatus } from '@soc/contracts';
import { endpoints } from '@soc/contracts/endpoints';
import { logIn } from '@soc/fleet';
import { afterAll, beforeAll, describe, expect, inject, test } from 'vitest';
import { type Answer, type Attacker, createAttacker, forEachOf } from './attacker.ts';
import { type Belongings, makeBelongings, makers, nounOf, NOBODYS_NOUNS } from './nouns.ts';
import { otherTenantAdmin } from './principals.ts';
import { pathOf, sampleBody } from './sample-requests.ts';
import './provided.ts';

const isOwned = (noun: string): boolean => !NOBODYS_NOUNS.some((pattern) => pattern.test(noun));
const withNoun = endpoints.flatMap((spec) => {
  const noun = nounOf(spec.url);
  return noun === undefined ? [] : [{ spec, noun, title: `${spec.method} ${spec.url}` }];
});
/** Creates under a name that every tenant has for itself: not the object of another, but one of the caller's own. */
const OWN_NAMES = new Set(['putMapping', 'putDeduplication']);

/** Bodies of which a schema does not say all that is asked. */
const BODIES: Readonly<Record<string, unknown>> = { holdObject: { legalHold: true, reason: 'to be attacked' } };

/** Those that create come last: the others must not find what they make. */
const crossings = withNoun
  .filter(({ noun }) => isOwned(noun))
  .toSorted((a, b) => Number(OWN_NAMES.has(a.spec.id)) - Number(OWN_NAMES.has(b.spec.id)));

/** Of the fleet as a whole, which one tenant runs. */
const operations = withNoun.filter(({ noun }) => /^\/api\/v1\/(?:bus|gateway)\//.test(noun));

/** An id of the same form that nobody has. */
const unknownLike = (id: string): string => id.replace(/.$/, (last) => (last === '0' ? '1' : '0'));

let attacker: Attacker;
let owner: string;
let stranger: string;
let belongings: Belongings;
const ids = new Map<string, string>();

beforeAll(async () => {
  const { gatewayUrl, admin } = inject('attackedFleet');
  attacker = createAttacker(gatewayUrl);
  const client = await logIn(gatewayUrl, admin);
  [owner, stranger] = [client.accessToken, otherTenantAdmin()];
  belongings = await makeBelongings(client);
  for (const [noun, make] of Object.entries(makers)) ids.set(noun, await make(client, belongings));
});
afterAll(() => attacker.close());

function call(spec: EndpointSpec, token: string, ...values: readonly string[]): Promise<Answer> {
  const body = sampleBody(spec, BODIES[spec.id]);
  return attacker.send({
    method: spec.method,
    path: pathOf(spec, ...values),
    token,
    ...(body !== undefined && { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
  });
}

test('every noun of the contracts has something to be attacked, and nothing else is listed', () => {
  const nouns = new Set(crossings.map(({ noun }) => noun));
  expect(Object.keys(makers).toSorted()).toEqual([...nouns].toSorted());
});

describe('another tenant’s administrator', () => {
  test.each(crossings)('does not find by $title what is not theirs', async ({ spec, noun }) => {
    const id = ids.get(noun) ?? '';
    const { status, code } = await call(spec, stranger, id);
    // What another tenant has and what nobody has look the same.
    const nobodys = await call(spec, stranger, unknownLike(id));
    const expected = OWN_NAMES.has(spec.id) ? [successStatus(spec), undefined] : [404, nobodys.code ?? 'a problem'];
    expect([status, code]).toEqual(expected);
  });

  test.each(operations)('may not call $title at all', async ({ spec }) => {
    const { status, code } = await call(
      spec,
      stranger,
      ...(spec.url.startsWith('/api/v1/gateway/') ? ['auth', 'auth-0'] : []),
    );
    expect([status, code]).toEqual([403, expect.stringMatching(/^(?:bus|gateway)\.not_operator$/)]);
  });

  test('sees nothing of it in any list, whatever the list is asked for', async () => {
    const lists = endpoints.filter(
      ({ method, url, permission, produces }) =>
        method === 'GET' && nounOf(url) === undefined && permission !== 'public' && produces === undefined,
    );
    const known = [...ids.values(), belongings.alertId].filter((id) => id !== 'attacked');
    const found = await forEachOf(lists, async (spec) => {
      const { text } = await attacker.send({ path: spec.url, token: stranger });
      return known.filter((id) => text.includes(id)).map((id) => `${spec.id} shows ${id}`);
    });
    expect(found.flat()).toEqual([]);
  });

  test('cannot tie an object of their own to one that is not theirs', async () => {
    const { alertId, incidentId, playbookId, channelId } = belongings;
    const attempts: readonly (readonly [path: string, body: Readonly<Record<string, unknown>>])[] = [
      ['/api/v1/notifications/rules', { name: 'x', events: ['alert.created'], channelIds: [channelId] }],
      ['/api/v1/response/triggers', { name: 'x', playbookId, on: 'incident.created' }],
      ['/api/v1/response/runs', { playbookId, dryRun: true }],
      ['/api/v1/ai/feedback', { alertId, verdict: 'false_positive' }],
      [`/api/v1/incidents/${incidentId}/merge`, { incidentIds: [incidentId] }],
      [`/api/v1/incidents/${incidentId}/split`, { alertIds: [alertId] }],
      [`/api/v1/incidents/${incidentId}/response`, { playbookId }],
    ];
    const found = await forEachOf(attempts, async ([path, body]) => {
      const headers = { 'content-type': 'application/json' };
      const answer = await attacker.send({
        method: 'POST',
        path,
        token: stranger,
        headers,
        body: JSON.stringify(body),
      });
      return [path, answer.status, answer.code];
    });
    expect(found.filter(([, status]) => status !== 404 && status !== 422)).toEqual([]);
  });
});

test('all of it is still there for its owner, as it was', async () => {
  const reads = crossings.filter(({ spec, noun }) => spec.method === 'GET' && spec.url === noun);
  const found = await forEachOf(reads, async ({ spec, noun }) => {
    const { status } = await call(spec, owner, ids.get(noun) ?? '');
    return [spec.id, status];
  });
  expect(found).toEqual(reads.map(({ spec }) => [spec.id, 200]));
  const lists = [
    '/api/v1/auth/sessions',
    '/api/v1/auth/api-keys',
    '/api/v1/auth/roles',
    '/api/v1/auth/identity-providers',
    '/api/v1/intel/warninglists',
    '/api/v1/notifications/deliveries',
  ];
  for (const path of lists) {
    const noun = Object.keys(makers).find((each) => each.startsWith(`${path}/`)) ?? '';
    const { text } = await attacker.send({ path, token: owner });
    expect([path, text.includes(ids.get(noun) ?? 'nothing')]).toEqual([path, true]);
  }
});
