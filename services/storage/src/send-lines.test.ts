import { gunzipSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { MetricStoreUnavailableError } from './ports/metric-store.ts';
import { sendLines } from './send-lines.ts';

const spooled = (...lines: readonly string[]) => ({
  id: 1,
  points: lines.length,
  lines: gzipSync(`${lines.join('\n')}\n`),
});
const { signal } = new AbortController();

/** Takes lines that nothing speaks against. */
function serverWith(reasonFor: (line: string) => string | undefined, isOfLines = true) {
  const taken = new Set<string>();
  let requests = 0;
  return {
    taken,
    requests: () => requests,
    write: (body: Uint8Array) => {
      requests += 1;
      const lines = gunzipSync(body).toString().split('\n').filter(Boolean);
      const reason = lines.map(reasonFor).find((found) => found !== undefined);
      if (reason !== undefined) return Promise.resolve({ ok: false, reason, isOfLines } as const);
      for (const line of lines) taken.add(line);
      return Promise.resolve({ ok: true } as const);
    },
  };
}

test('of many lines the refused ones alone are told, and all others are taken', async () => {
  const server = serverWith((line) => (line.startsWith('bad') ? `bad line: ${line}` : undefined));
  const good = Array.from({ length: 500 }, (_, index) => `good ${index}`);
  expect(await sendLines(server, spooled(...good.slice(0, 200), 'bad 1', ...good.slice(200), 'bad 2'), signal)).toEqual(
    [
      { line: 'bad 1', reason: 'bad line: bad 1' },
      { line: 'bad 2', reason: 'bad line: bad 2' },
    ],
  );
  expect(server.taken.size).toBe(500);
  expect(server.requests()).toBeLessThan(40);
  expect(await sendLines(server, spooled(...good), signal)).toEqual([]);
});

test('that the server takes nothing at all is no fault of the lines', async () => {
  const full = serverWith(() => 'max-series-per-database limit exceeded');
  const row = spooled('cpu value=1 1', 'disk,host=a value=1 1');
  await expect(sendLines(full, row, signal)).rejects.toThrow(MetricStoreUnavailableError);
  const late = serverWith(() => 'points beyond retention policy');
  expect(await sendLines(late, row, signal)).toHaveLength(2);
  const conflict = serverWith(() => 'field type conflict');
  expect(await sendLines(conflict, spooled('cpu value=1 1', 'cpu value=1 2'), signal)).toHaveLength(2);
  const proxy = serverWith(() => 'request entity too large', false);
  await expect(sendLines(proxy, spooled('cpu value=1 1'), signal)).rejects.toThrow(MetricStoreUnavailableError);
});

test('the search for refused lines ends when the service does', async () => {
  const stopping = new AbortController();
  const server = serverWith((line) => {
    stopping.abort();
    return line;
  });
  await expect(sendLines(server, spooled('a 1', 'b 1'), stopping.signal)).rejects.toThrow('aborted');
  expect(server.requests()).toBe(1);
});
