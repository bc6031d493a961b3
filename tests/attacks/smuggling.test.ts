import { startTestService, type TestService } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlimitedGateway } from '../support/unlimited-gateway.ts';
import { type Bearer, framingTricks, POISON, type Trick } from './framing-tricks.ts';
import { headTricks } from './head-tricks.ts';
import { exchange, lines } from './raw-http.ts';
import { type RecordingUpstream, type SeenRequest, startRecordingUpstream } from './recording-upstream.ts';

let upstream: RecordingUpstream;
let gateway: TestService;
let bearer: Bearer;

beforeAll(async () => {
  upstream = await startRecordingUpstream();
  gateway = await startTestService(gatewayService, {
    env: { ...unlimitedGateway, UPSTREAM_ALERT: upstream.url, UPSTREAM_STORAGE: upstream.url },
  });
  bearer = { host: new URL(gateway.url).host, authorization: `Bearer ${gateway.tokens.admin}` };
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

let counted = 0;

/** The request of somebody else, which has to be answered with its own answer whatever came before it. */
async function innocentRequest(): Promise<string> {
  counted += 1;
  const target = `/api/v1/alerts?q=innocent-${counted}`;
  const { host, authorization } = bearer;
  const { received, statuses } = await exchange(
    gateway.url,
    lines(`GET ${target} HTTP/1.1`, `Host: ${host}`, `Authorization: ${authorization}`, 'Connection: close', ''),
    { patienceMs: 20_000 },
  );
  expect([statuses, received.includes(JSON.stringify({ method: 'GET', target }))]).toEqual([[200], true]);
  return target;
}

async function attack({ bytes, outcome }: Trick) {
  upstream.seen.length = 0;
  // What is cut off gets no answer, and nothing is to be waited for.
  const patience = outcome === 'ignored' ? { answers: 1, patienceMs: 100 } : { answers: 1, patienceMs: 10_000 };
  const { statuses } = await exchange(gateway.url, bytes(bearer), patience);
  const innocent = await innocentRequest();
  const seen = upstream.seen.filter(({ target }) => target !== innocent);
  return { status: statuses[0], seen, innocent: upstream.seen.length - seen.length };
}

/** What became of a trick: how it was answered, and with which bodies it was passed on. */
function verdictOf(status: number | undefined, seen: readonly SeenRequest[]) {
  const isRefused = status !== undefined && status >= 400 && status < 500;
  return { answer: isRefused ? 'refused' : (status ?? 'none'), bodies: seen.map(({ body }) => body) };
}

function expectedOf({ outcome }: Trick) {
  if (outcome === 'refused') return { answer: 'refused', bodies: [] };
  return outcome === 'ignored' ? { answer: 'none', bodies: [] } : { answer: 200, bodies: [outcome.body] };
}

test.each([...framingTricks, ...headTricks])('$name: what reaches the service is what was sent', async (trick) => {
  const { status, seen, innocent } = await attack(trick);
  expect(innocent).toBe(1);
  expect(seen.flatMap(({ doubts }) => doubts)).toEqual([]);
  expect(seen.filter(({ target }) => target.includes('poison'))).toEqual([]);
  expect(verdictOf(status, seen)).toEqual(expectedOf(trick));
});

test('requests one after another on one connection are answered in their order, each with its own answer', async () => {
  upstream.seen.length = 0;
  const { host, authorization } = bearer;
  const one = (n: number) =>
    lines(`GET /api/v1/alerts?q=${n} HTTP/1.1`, `Host: ${host}`, `Authorization: ${authorization}`, '');
  const body = `{"title":"${POISON.length}"}`;
  const two = lines(
    'POST /api/v1/alerts HTTP/1.1',
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    `Content-Length: ${body.length}`,
    '',
  );
  const { statuses, received } = await exchange(gateway.url, one(1) + two + body + POISON + one(3), {
    answers: 4,
    patienceMs: 20_000,
  });
  expect(statuses).toEqual([200, 200, 401, 200]);
  expect([...received.matchAll(/"target":"([^"]+)"/g)].map(([, target]) => target)).toEqual([
    '/api/v1/alerts?q=1',
    '/api/v1/alerts',
    '/api/v1/alerts?q=3',
  ]);
  expect(upstream.seen.map(({ body: sent }) => sent).toSorted()).toEqual(['', '', body]);
});

test('a large body that breaks off never becomes the beginning of another request', async () => {
  upstream.seen.length = 0;
  const { host, authorization } = bearer;
  const head = lines(
    'POST /api/v1/storage/objects?filename=x HTTP/1.1',
    `Host: ${host}`,
    `Authorization: ${authorization}`,
    'Content-Length: 200000',
    '',
  );
  for (const sent of [0, 1, 70_000, 199_999]) {
    await exchange(gateway.url, head + 'x'.repeat(sent), { patienceMs: 200 });
    await innocentRequest();
  }
  expect(upstream.seen.map(({ target }) => target.slice(0, 24))).toEqual(Array(4).fill('/api/v1/alerts?q=innocen'));
});
