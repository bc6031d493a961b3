import { afterEach, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type HttpReceiver, startHttpReceiver } from '../http-receiver.fixture.ts';
import { createOutboundPost } from './outbound-post.ts';

let receiver: HttpReceiver;
beforeEach(async () => (receiver = await startHttpReceiver()));
afterEach(() => receiver.close());

function makePost(policy: { allowPrivate?: boolean; allowedHosts?: readonly string[] } = {}) {
  const outbound = createOutboundPost({ allowPrivate: true, allowedHosts: [], ...policy });
  onTestFinished(outbound.close);
  return (url: string, timeoutMs = 5_000) =>
    outbound.post(url, { 'x-test': 'yes' }, '{"a":1}', AbortSignal.timeout(timeoutMs));
}

test('JSON arrives with its headers', async () => {
  expect(await makePost()(`${receiver.url}/hook?a=1`)).toEqual({ ok: true });
  expect(receiver.requests).toMatchObject([
    { url: '/hook?a=1', body: '{"a":1}', headers: { 'content-type': 'application/json', 'x-test': 'yes' } },
  ]);
});

test.each([
  [500, false],
  [404, false],
  [410, true],
])('an answer of %i is a failure, for good: %s', async (status, permanent) => {
  receiver.answer({ status });
  expect(await makePost()(receiver.url)).toEqual({ ok: false, reason: `the receiver answered ${status}`, permanent });
});

test('a receiver may ask for a pause', async () => {
  receiver.answer({ status: 503, headers: { 'retry-after': '120' } });
  expect(await makePost()(receiver.url)).toMatchObject({ ok: false, retryAfterS: 120 });
});

test('a redirect is not followed', async () => {
  receiver.answer({ status: 307, headers: { location: `${receiver.url}/elsewhere` } });
  expect(await makePost()(receiver.url)).toMatchObject({ ok: false, reason: 'the receiver answered 307' });
  expect(receiver.requests).toHaveLength(1);
});

test('a silent receiver fails in time, one that is not there at once', async () => {
  receiver.answer('silent');
  expect(await makePost()(receiver.url, 50)).toEqual({ ok: false, reason: 'no answer in time', permanent: false });
  await receiver.close();
  expect(await makePost()(`${receiver.url}/services/secret`)).toEqual({
    ok: false,
    reason: 'the receiver could not be reached: ECONNREFUSED',
    permanent: false,
  });
});

test('a private address is not called, be it written out or resolved from a name', async () => {
  const post = makePost({ allowPrivate: false });
  const { port } = new URL(receiver.url);
  for (const url of [receiver.url, `http://localhost:${port}/`]) {
    expect(await post(url)).toEqual({
      ok: false,
      reason: 'the address is not on the public internet',
      permanent: true,
    });
  }
  expect(receiver.requests).toEqual([]);
});

test('with a list of hosts no other is called', async () => {
  expect(await makePost({ allowedHosts: ['hooks.example.com'] })(receiver.url)).toMatchObject({
    ok: false,
    permanent: true,
  });
  expect(receiver.requests).toEqual([]);
});
