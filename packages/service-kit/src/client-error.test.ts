import { once } from 'node:events';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createHttpApp } from './http-app.ts';

const app = createHttpApp({ log: pino({ level: 'silent' }), now: () => new Date() });
let port = 0;

beforeAll(async () => {
  port = Number(new URL(await app.listen({ host: '127.0.0.1', port: 0 })).port);
});
afterAll(() => app.close());

async function answerTo(bytes: string) {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(bytes);
  const received = await text(socket);
  const [head = '', body = ''] = received.split('\r\n\r\n');
  // A problem is an object with a code.
  return { head, problem: JSON.parse(body) as { code: string; status: number } };
}

test('what is no HTTP is refused with problem+json, and the connection ends', async () => {
  const { head, problem } = await answerTo('no HTTP at all\r\n\r\n');
  expect(head).toMatch(/^HTTP\/1\.1 400 Bad Request\r\n[^]*content-type: application\/problem\+json/);
  expect(problem).toMatchObject({ status: 400, code: 'request.malformed' });
});

test('fields that are too large are refused with problem+json', async () => {
  const { problem } = await answerTo(`GET / HTTP/1.1\r\nhost: x\r\nx: ${'x'.repeat(20_000)}\r\n\r\n`);
  expect(problem).toMatchObject({ status: 431, code: 'request.too_large' });
});
