import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { sendLines } from './send-lines.ts';

const spooled = (...lines: readonly string[]) => ({
  id: 1,
  points: lines.length,
  lines: gzipSync(`${lines.join('\n')}\n`),
});

test('of many lines the refused ones alone are told, and all others are taken', async () => {
  const taken = new Set<string>();
  let requests = 0;
  const client = {
    write: (body: Uint8Array) => {
      requests += 1;
      const lines = gunzipSync(body).toString().split('\n').filter(Boolean);
      const bad = lines.filter((line) => line.startsWith('bad'));
      if (bad.length > 0) return Promise.resolve({ ok: false, reason: `bad lines: ${bad.length}` } as const);
      for (const line of lines) taken.add(line);
      return Promise.resolve({ ok: true } as const);
    },
  };
  const good = Array.from({ length: 500 }, (_, index) => `good ${index}`);
  const rows = [spooled(...good.slice(0, 200), 'bad 1'), spooled(...good.slice(200), 'bad 2')];
  expect(await sendLines(client, rows)).toEqual([
    { line: 'bad 1', reason: 'bad lines: 1' },
    { line: 'bad 2', reason: 'bad lines: 1' },
  ]);
  expect(taken.size).toBe(500);
  expect(requests).toBeLessThan(40);
  expect(await sendLines(client, [spooled(...good)])).toEqual([]);
});
