import { expect, test } from 'vitest';
import { judgeLengths } from './file-lengths.ts';

test('a file of 301 lines is refused by name, one of 300 is not', () => {
  const outcome = judgeLengths([
    { file: 'services/alert/src/app.ts', lines: 300 },
    { file: 'services/alert/src/deps.ts', lines: 301 },
    { file: 'tests/fleet/story.test.ts', lines: 302 },
  ]);
  expect(outcome.ok).toBe(false);
  expect(outcome.output).toBe(
    'services/alert/src/deps.ts: 301 lines, limit 300\ntests/fleet/story.test.ts: 302 lines, limit 300',
  );
});

test('the figures leave tests out', () => {
  const lengths = [10, 20, 30].map((lines) => ({ file: `packages/a/src/${lines}.ts`, lines }));
  const outcome = judgeLengths([...lengths, { file: 'packages/a/src/a.test.ts', lines: 299 }]);
  expect(outcome.note).toBe('median 20, p95 30 of 3 files');
});
