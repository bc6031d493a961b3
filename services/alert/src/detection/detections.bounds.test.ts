import { expect, test } from 'vitest';
import { createRuleSetRepository } from '../rule-set-repository.ts';
import { createDetections } from './detections.ts';

/** Every tenant has rules of its own. */
const ruleSets = {
  ...createRuleSetRepository(),
  identity: (_: unknown, tenantId: string) => Promise.resolve({ version: 1, hash: tenantId }),
  enabled: () => Promise.resolve([]),
};

const noDatabase = { query: () => Promise.resolve([]) };

test('no more sets of rules are at work than there may be: another is refused until one is idle', async () => {
  const detections = createDetections({
    db: { write: noDatabase, tx: (work: (tx: unknown) => unknown) => work(noDatabase) } as never,
    ruleSets,
    windows: { latenessMs: 0, maxEntries: 1 },
    refresh: () => Promise.resolve(),
    log: { info: () => undefined, warn: () => undefined, error: () => undefined },
    threads: { idle: 1, most: 1, starting: 1 },
  });
  const first = await detections.of('a');
  await expect(detections.of('b')).rejects.toMatchObject({ status: 503, code: 'detection.busy' });
  expect(await detections.of('a')).toBe(first);
  await expect.poll(() => detections.of('b').catch(() => undefined), { timeout: 20_000 }).toBeDefined();
  await detections.stop();
});
