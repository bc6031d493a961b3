import { startTestService, type TestService } from '@soc/fleet/testing';
import { gatewayService } from '@soc/gateway-service';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { unlimitedGateway } from '../support/unlimited-gateway.ts';
import { exchange, lines } from './raw-http.ts';
import { type RecordingUpstream, startRecordingUpstream } from './recording-upstream.ts';

let upstream: RecordingUpstream;
let gateway: TestService;

beforeAll(async () => {
  upstream = await startRecordingUpstream();
  gateway = await startTestService(gatewayService, {
    // A breaker that opened on so many broken answers would hide what becomes of the next.
    env: {
      ...unlimitedGateway,
      UPSTREAM_ALERT: upstream.url,
      BREAKER_VOLUME: '100000',
      UPSTREAM_HEADERS_TIMEOUT_MS: '1000',
      UPSTREAM_BODY_TIMEOUT_MS: '1000',
    },
  });
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

const get = (method: string, target: string): string =>
  lines(
    `${method} ${target} HTTP/1.1`,
    `Host: ${new URL(gateway.url).host}`,
    `Authorization: Bearer ${gateway.tokens.admin}`,
    'Connection: close',
    '',
  );

const OK = 'HTTP/1.1 200 OK';
const whole = (body: string, ...head: readonly string[]): string => `${lines(...head, '')}${body}`;
const SECOND = `${lines(OK, 'content-type: text/html', 'content-length: 4', '')}EVIL`;

/** Answers of a service that was taken over, or that reflects what it was sent. */
const EVIL_ANSWERS: readonly string[] = [
  whole(`{}${SECOND}`, OK, 'content-length: 2', 'content-length: 60'),
  whole(`{}${SECOND}`, OK, 'content-length: 2', 'content-length: 2'),
  whole(`{}${SECOND}`, OK, 'content-length: 2, 60'),
  whole(`{}${SECOND}`, OK, 'content-length: +2'),
  whole(`{}${SECOND}`, OK, 'content-length: -2'),
  whole(`{}${SECOND}`, OK, 'content-length: 0x2'),
  whole(`0\r\n\r\n${SECOND}`, OK, 'content-length: 2', 'transfer-encoding: chunked'),
  whole(`0\r\n\r\n${SECOND}`, OK, 'transfer-encoding: chunked', 'content-length: 5'),
  whole(`0\r\n\r\n${SECOND}`, OK, 'transfer-encoding: chunked', 'transfer-encoding: identity'),
  whole(`{}${SECOND}`, OK, 'transfer-encoding : chunked', 'content-length: 2'),
  whole('{}', OK, 'content-length: 2', 'x: a\rset-cookie: evil=1'),
  whole('{}', OK, 'content-length: 2', 'x: a\nset-cookie: evil=1'),
  whole('{}', OK, 'content-length: 2', 'x: a\r\n set-cookie: evil=1'),
  whole('{}', OK, 'content-length: 2', 'x: a\0b'),
  whole('{}', OK, 'content-length: 2', 'x\0y: ab'),
  whole('{}', OK, 'content-length: 2', 'x y: ab'),
  whole('{}', OK, 'content-length: 2', ': ab'),
  whole('{}', OK, 'content-length: 2', 'no colon'),
  whole('{}', OK, 'content-length: 2', `x: ${'x'.repeat(100_000)}`),
  whole(`{}${SECOND}`, OK, 'content-length: 2'),
  whole(SECOND, OK, 'content-length: 0'),
  whole(`2\r\n{}\r\n0\r\n\r\n${SECOND}`, OK, 'transfer-encoding: chunked'),
  whole(`0x2\r\n{}\r\n0\r\n\r\n${SECOND}`, OK, 'transfer-encoding: chunked'),
  whole(`fffffffffffffffff\r\n{}\r\n0\r\n\r\n`, OK, 'transfer-encoding: chunked'),
  whole(SECOND, 'HTTP/1.1 204 No Content'),
  whole(`EVIL${SECOND}`, 'HTTP/1.1 204 No Content', 'content-length: 4'),
  whole(`EVIL${SECOND}`, 'HTTP/1.1 304 Not Modified', 'content-length: 4'),
  whole(`${lines('HTTP/1.1 204 No Content', '')}${SECOND}`, 'HTTP/1.1 100 Continue'),
  whole(SECOND, 'HTTP/1.1 101 Switching Protocols', 'upgrade: evil', 'connection: upgrade'),
  whole(lines('HTTP/1.1 204 No Content', ''), 'HTTP/1.1 103 Early Hints', 'x-evil: 1'),
  whole('{}', 'HTTP/1.1 99 Low', 'content-length: 2'),
  whole('{}', 'HTTP/1.1 999 High', 'content-length: 2'),
  whole('{}', 'HTTP/1.1 1000 Higher', 'content-length: 2'),
  whole('{}', 'HTTP/1.1 2x0 OK', 'content-length: 2'),
  whole('{}', 'HTTP/9.9 200 OK', 'content-length: 2'),
  whole('{}', 'ICY 200 OK', 'content-length: 2'),
  'EVIL\r\n\r\n',
  '\r\n\r\n\r\n',
  '\0\0\0\0\0\0\0\0',
];

const isWholeHead = (head: string): boolean =>
  /^HTTP\/1\.1 \d{3} /.test(head) && !/[^\r]\n|\r[^\n]|\r\n[ \t]|\0/.test(head);

test.each(EVIL_ANSWERS.map((answer) => [JSON.stringify(answer.slice(0, 120)), answer] as const))(
  'an answer of %s becomes one answer, and the next request gets its own',
  async (_, evil) => {
    upstream.answerWith(evil);
    const { received, statuses, rest } = await exchange(gateway.url, get('GET', '/api/v1/alerts?q=victim'), {
      answers: 2,
      patienceMs: 10_000,
    });
    upstream.answerWith(undefined);
    // A connection that ends without a word, or in the middle of an answer, is a way to say it, too.
    const head = received.slice(0, received.indexOf('\r\n\r\n'));
    expect(received === '' || isWholeHead(head)).toBe(true);
    expect(head).not.toMatch(/^(?:set-cookie: *evil|x-evil|content-type: *text\/html)/im);
    // Nothing that a client could take for the answer to its next request.
    expect(statuses.length === 0 || (statuses.length === 1 && rest === '')).toBe(true);
    for (const n of [1, 2, 3]) {
      const target = `/api/v1/alerts?q=innocent-${n}`;
      const next = await exchange(gateway.url, get('GET', target), { patienceMs: 10_000 });
      expect(next.received).toContain(JSON.stringify({ method: 'GET', target }));
    }
  },
);

test('fields of an answer that belong to one connection stay on it', async () => {
  upstream.answerWith(
    whole(
      '{}',
      OK,
      'content-length: 2',
      'connection: keep-alive, x-secret',
      'keep-alive: timeout=9999',
      'x-secret: a',
      'upgrade: evil',
      'trailer: x',
      'proxy-authenticate: Basic',
    ),
  );
  const { received } = await exchange(gateway.url, get('GET', '/api/v1/alerts'), { patienceMs: 10_000 });
  upstream.answerWith(undefined);
  expect(received).toMatch(/^HTTP\/1\.1 200 /);
  expect(received).not.toMatch(/x-secret|timeout=9999|evil|^trailer|proxy-authenticate/im);
});
