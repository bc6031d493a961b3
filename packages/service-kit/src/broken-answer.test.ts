import { pino } from 'pino';
import { expect, test } from 'vitest';
import { createHttpApp } from './http-app.ts';

test('an answer that breaks off in the middle is ended, and is nothing somebody must act on', async () => {
  const lines: { level: number; msg: string }[] = [];
  const log = pino(
    { level: 'info' },
    { write: (line) => void lines.push(JSON.parse(line) as { level: number; msg: string }) },
  );
  const app = createHttpApp({ log, now: () => new Date(0) });
  app.get('/half', async (_, reply) => {
    reply.raw.writeHead(200).write('the first half');
    await new Promise((resolve) => setImmediate(resolve));
    throw new Error('the source is gone');
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const answer = await fetch(`${url}/half`);
  await expect(answer.text()).rejects.toThrow(/terminated|aborted/);
  await app.close();
  expect(lines.filter(({ level }) => level >= 50)).toEqual([]);
});
