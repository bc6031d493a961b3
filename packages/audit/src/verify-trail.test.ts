import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { StoredCheckpoint } from './checkpoint-series.ts';
import {
  chained,
  checkpointsOf,
  type HeldTrail,
  type IntactTrail,
  intactTrail,
  keyPair,
  stored,
  verify,
} from './trail.fixture.ts';
import { parseTrailLine, trailLine } from './trail-line.ts';
import { leafHash } from './hash-chain.ts';

const RECORDS = 40;
const SIZES = [1, 7, 20, 33, RECORDS];
const trail = intactTrail(RECORDS, SIZES);
const index = fc.nat({ max: RECORDS - 1 });

const kinds = async (held: HeldTrail) => (await verify(held)).findings.map(({ kind }) => kind);
const withLines = (lines: readonly string[]): HeldTrail => ({ ...trail, lines });
const withCheckpoints = (checkpoints: readonly StoredCheckpoint[]): HeldTrail => ({ ...trail, checkpoints });

test('an intact trail verifies, at any length and wherever it was signed', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 60 }),
      fc.array(fc.integer({ min: 1, max: 60 })),
      async (records, at) => {
        const sizes = [...new Set([...at.filter((size) => size <= records), records])];
        const report = await verify(intactTrail(records, sizes));
        expect(report).toMatchObject({ findings: [], records, signedRecords: records, shownRecords: records });
      },
    ),
    { numRuns: 30 },
  );
});

test('a change of any record is found, and it is named', async () => {
  await fc.assert(
    fc.asyncProperty(index, fc.string({ minLength: 1 }), async (at, text) => {
      const lines = trail.lines.map((line, place) =>
        place === at ? line.replace('"outcome":"success"', () => `"outcome":${JSON.stringify(`not ${text}`)}`) : line,
      );
      expect((await verify(withLines(lines))).findings).toEqual([{ kind: 'changed_record', seq: at + 1 }]);
    }),
  );
});

test('any change of a character of any line is found, unless the line says the same', async () => {
  await fc.assert(
    fc.asyncProperty(index, fc.nat(), fc.integer({ min: 32, max: 126 }), async (at, place, code) => {
      const line = trail.lines[at] ?? '';
      const where = place % line.length;
      const changed = line.slice(0, where) + String.fromCodePoint(code) + line.slice(where + 1);
      fc.pre(changed !== line);
      const { findings } = await verify(withLines(trail.lines.with(at, changed)));
      expect(findings).toHaveLength(1);
      expect(findings[0]).toMatchObject({ seq: at + 1 });
    }),
    { numRuns: 300 },
  );
});

test('a change with the whole chain written anew is found by the first checkpoint over it', async () => {
  await fc.assert(
    fc.asyncProperty(index, async (at) => {
      const bodies = trail.bodies.map((body, place) => (place === at ? body.replace('success', 'failure') : body));
      const [finding] = (await verify(withLines(chained(bodies)))).findings;
      const size = SIZES.find((each) => each > at) ?? 0;
      const before = SIZES.filter((each) => each <= at).at(-1) ?? 0;
      expect(finding).toEqual({ kind: 'contradicts_checkpoint', seq: before + 1, size });
    }),
  );
});

test('a deleted record is found and named, also when what follows is numbered and chained anew', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: RECORDS - 2 }), async (at) => {
      const [finding] = (await verify(withLines(trail.lines.toSpliced(at, 1)))).findings;
      expect(finding).toEqual({ kind: 'out_of_sequence', seq: at + 1, found: at + 2 });
      const renumbered = trail.bodies
        .toSpliced(at, 1)
        .map((body, place) => body.replace(/"seq":\d+/, `"seq":${place + 1}`));
      // Beyond the checkpoint before the last, what is missing shows first.
      expect(await kinds(withLines(chained(renumbered)))).toEqual([at < 33 ? 'contradicts_checkpoint' : 'truncated']);
    }),
  );
});

test('an inserted record is found and named, also when all is numbered and chained anew', async () => {
  await fc.assert(
    fc.asyncProperty(index, async (at) => {
      const copy = trail.lines[at] ?? '';
      const [finding] = (await verify(withLines(trail.lines.toSpliced(at + 1, 0, copy)))).findings;
      expect(finding).toEqual({ kind: 'out_of_sequence', seq: at + 2, found: at + 1 });
      const forged = (trail.bodies[at] ?? '').replace('success', 'failure');
      const renumbered = trail.bodies
        .toSpliced(at, 0, forged)
        .map((body, place) => body.replace(/"seq":\d+/, `"seq":${place + 1}`));
      expect(await kinds(withLines(chained(renumbered)))).toEqual(['contradicts_checkpoint']);
    }),
  );
});

test('any other order of the records is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.uniqueArray(index, { minLength: 2, maxLength: 2 }), async ([a = 0, b = 0]) => {
      const swapped = trail.lines.with(a, trail.lines[b] ?? '').with(b, trail.lines[a] ?? '');
      const first = Math.min(a, b);
      expect((await verify(withLines(swapped))).findings).toEqual([
        { kind: 'out_of_sequence', seq: first + 1, found: Math.max(a, b) + 1 },
      ]);
    }),
  );
});

test('records missing at the end are found by the newest checkpoint', async () => {
  await fc.assert(
    fc.asyncProperty(index, async (left) => {
      expect((await verify(withLines(trail.lines.slice(0, left)))).findings).toEqual([
        { kind: 'truncated', seq: left + 1, size: RECORDS },
      ]);
    }),
  );
});

test('a checkpoint that was changed, or signed by another key, is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: SIZES.length - 1 }), async (at) => {
      const checkpoint = trail.signed[at];
      if (!checkpoint) throw new Error('there is one of each size');
      const changed = { ...checkpoint, claim: { ...checkpoint.claim, root: 'a'.repeat(64) } };
      expect(await kinds(withCheckpoints(trail.checkpoints.with(at, stored(changed))))).toContain('forged_checkpoint');
      const foreign = checkpointsOf(trail.bodies, SIZES, keyPair().privateKey)[at];
      if (!foreign) throw new Error('there is one of each size');
      expect(await kinds(withCheckpoints(trail.checkpoints.with(at, stored(foreign))))).toContain('forged_checkpoint');
      const text = '{"claim":{}}';
      expect(await kinds(withCheckpoints(trail.checkpoints.with(at, { name: 'x', text })))).toContain(
        'unreadable_checkpoint',
      );
    }),
  );
});

test('a checkpoint that is missing before the newest, or replaced by one the key has signed over other records, is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat({ max: SIZES.length - 2 }), async (at) => {
      expect(await kinds(withCheckpoints(trail.checkpoints.toSpliced(at, 1)))).toContain('broken_checkpoints');
      const others = trail.bodies.map((body) => body.replace('success', 'failure'));
      const other = checkpointsOf(others, SIZES, trail.privateKey)[at];
      if (!other) throw new Error('there is one of each size');
      const found = await kinds(withCheckpoints(trail.checkpoints.with(at, stored(other))));
      expect(found).toEqual(expect.arrayContaining(['broken_checkpoints', 'contradicts_checkpoint']));
    }),
  );
});

test('the newest checkpoints missing, together with what they signed, shows in nothing but the size that is reported', async () => {
  const size = 33;
  const report = await verify({
    ...trail,
    lines: trail.lines.slice(0, size),
    checkpoints: trail.checkpoints.slice(0, -1),
  });
  expect(report).toMatchObject({ findings: [], records: size, newest: { size, root: trail.signed[3]?.claim.root } });
});

test('a trail without any checkpoint is not vouched for, an empty one neither', async () => {
  expect(await kinds(withCheckpoints([]))).toEqual(['no_checkpoint']);
  expect(await kinds({ ...trail, lines: [], checkpoints: [] })).toEqual(['no_checkpoint']);
});

test('a trail whose other records are hidden behind their hashes verifies as the whole does, and a change is found as well', async () => {
  const hidden = (lines: readonly string[]) =>
    lines.map((line) => {
      const { seq, chain, content } = parseTrailLine(line);
      const isHidden = 'body' in content && content.body.includes('"tenantId":"other"');
      return isHidden ? trailLine({ seq, chain, content: { leaf: leafHash(content.body) } }) : line;
    });
  const report = await verify(withLines(hidden(trail.lines)));
  expect(report).toMatchObject({ findings: [], records: RECORDS, signedRecords: RECORDS, shownRecords: 27 });
  expect(hidden(trail.lines).join('\n')).not.toContain('other');
  const lie = hidden(trail.lines).map((line) => line.replace(/"leaf":"../, '"leaf":"00'));
  expect(await kinds(withLines(lie))).toEqual(['changed_record']);
});

test.for(['changed', 'inserted', 'reordered', 'deleted', 'truncated', 'forged'] as const)(
  'of 100,000 records one that was %s is found',
  { timeout: 120_000 },
  async (how) => {
    const large = largeTrail();
    const at = 65_432;
    const line = large.lines[at] ?? '';
    const lines = large.lines;
    const held: Record<typeof how, HeldTrail> = {
      changed: { ...large, lines: lines.with(at, line.replace('success', 'failure')) },
      inserted: { ...large, lines: lines.toSpliced(at, 0, line) },
      reordered: { ...large, lines: lines.with(at, lines[at + 1] ?? '').with(at + 1, line) },
      deleted: { ...large, lines: lines.toSpliced(at, 1) },
      truncated: { ...large, lines: lines.slice(0, -1) },
      forged: {
        ...large,
        checkpoints: large.checkpoints.map(({ name, text }) => ({
          name,
          text: text.replace(/"root":"../, '"root":"00'),
        })),
      },
    };
    const { findings, records } = await verify(held[how]);
    expect(findings[0]?.kind).toBe(
      {
        changed: 'changed_record',
        inserted: 'out_of_sequence',
        reordered: 'out_of_sequence',
        deleted: 'out_of_sequence',
        truncated: 'truncated',
        forged: 'forged_checkpoint',
      }[how],
    );
    expect(records).toBeGreaterThanOrEqual(at);
  },
);

let largest: IntactTrail | undefined;
/** Signed every 1,000 records. */
function largeTrail(): IntactTrail {
  largest ??= intactTrail(
    100_000,
    Array.from({ length: 100 }, (_, place) => (place + 1) * 1_000),
  );
  return largest;
}

test('of 100,000 records that were not touched all verify', { timeout: 120_000 }, async () => {
  expect(await verify(largeTrail())).toMatchObject({ findings: [], records: 100_000, signedRecords: 100_000 });
});
