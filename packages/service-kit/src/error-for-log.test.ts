import { Writable } from 'node:stream';
import { expect, test } from 'vitest';
import { createLog } from './boot.ts';
import { createHttpApp } from './http-app.ts';

/** A log as services have it, and the lines it wrote. */
function startLog() {
  const lines: string[] = [];
  const destination = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(chunk.toString());
      done();
    },
  });
  const log = createLog({ level: 'info', service: 'alert', instance: 'alert-1' }, destination);
  return { log, last: (): Record<string, unknown> => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> };
}

const lostConnection = (): Error =>
  Object.assign(new Error('terminated', { cause: new Error('the server stops') }), {
    code: '57P01',
    client: { password: 'secret', secretKey: 7 },
  });

test('an error is logged with its kind, words, code and stack, and nothing that hangs on it', () => {
  const { log, last } = startLog();
  log.warn({ err: lostConnection() }, 'idle database connection lost');
  expect(last()).toMatchObject({ service: 'alert', instance: 'alert-1', msg: 'idle database connection lost' });
  expect(last()['err']).toEqual({
    type: 'Error',
    message: 'terminated: the server stops',
    code: '57P01',
    stack: expect.stringContaining('caused by: Error: the server stops'),
  });
});

test('the same of an error that fails a request', async () => {
  const { log, last } = startLog();
  const app = createHttpApp({ log, now: () => new Date(0) });
  app.get('/', () => Promise.reject(lostConnection()));
  await app.inject('/');
  expect(last()).toMatchObject({ msg: 'request failed', err: { code: '57P01' } });
  expect(JSON.stringify(last())).not.toContain('secret');
});

test.each(['a text', 7, null])('%s that was thrown is logged as it is', (thrown) => {
  const { log, last } = startLog();
  log.error({ err: thrown }, 'odd');
  expect(last()['err']).toBe(thrown);
});
