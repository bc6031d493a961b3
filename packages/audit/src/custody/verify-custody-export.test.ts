import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { describeCustodyFinding } from './custody-finding.ts';
import { exportPaths } from './custody-manifest.ts';
import { exportKey, type Files, intactExport, verifyFiles } from './export.fixture.ts';
import { verifyCustodyExport } from './verify-custody-export.ts';

const FIRST = '0198c0de-0000-7000-8000-000000000000';
const SECOND = '0198c0de-0000-7000-8000-000000000001';
const [ENTRIES, CHECKPOINTS, CONTENT] = [exportPaths.entries, exportPaths.checkpoints, exportPaths.content];

const intact = intactExport();

const linesIn = (files: Files, name: string): readonly string[] => String(files.get(name)).trimEnd().split('\n');
const text = (lines: readonly string[]): Buffer => Buffer.from(`${lines.join('\n')}\n`);

/** The lines of a file in another way. */
const edit = (name: string, change: (lines: readonly string[]) => readonly string[]): Files =>
  new Map([...intact, [name, text(change(linesIn(intact, name)))]]);

const found = async (files: Files): Promise<readonly string[]> =>
  (await verifyFiles(files)).findings.map(describeCustodyFinding);

test('an intact export has no findings, and tells what was written before custody was signed', async () => {
  const { findings, objects, exported } = await verifyFiles(intact);
  expect(findings).toEqual([]);
  expect(objects.map(({ entries, adoptedEntries, content }) => [entries, adoptedEntries, content])).toEqual([
    [5, 0, 'included'],
    [5, 2, 'included'],
  ]);
  expect(exported).toMatchObject({ by: 'Ann', recipient: 'the court' });
});

test('every byte of a content counts', async () => {
  const content = intact.get(CONTENT(SECOND)) ?? Buffer.alloc(0);
  for (const at of content.keys()) {
    const changed = Buffer.from(content);
    changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
    const findings = await found(new Map([...intact, [CONTENT(SECOND), changed]]));
    expect(findings).toEqual([
      expect.stringContaining(`object ${SECOND}: the content was changed: its sha256 is`),
      expect.stringContaining(`object ${SECOND}: the content was changed: its blake3 is`),
    ]);
  }
});

test('a content that is longer, shorter or gone is found', async () => {
  const longer = new Map([...intact, [CONTENT(FIRST), Buffer.from('content of 0 and more')]]);
  expect((await found(longer))[0]).toContain('its size is 21, not 12');
  const gone = new Map(intact);
  gone.delete(CONTENT(FIRST));
  expect(await found(gone)).toEqual([`objects/${FIRST}/content is missing`]);
});

test.each([1, 2, 3, 4, 5])(
  'entry %i changed, missing, doubled or out of its place is found, and which it is',
  async (seq) => {
    const at = seq - 1;
    const place = `object ${FIRST}: record ${seq}`;
    const name = ENTRIES(FIRST);
    expect(await found(edit(name, (lines) => lines.with(at, (lines[at] ?? '').replace('"Ann"', '"Bob"'))))).toEqual([
      `${place} does not continue the chain: it was changed`,
    ]);
    expect(await found(edit(name, (lines) => lines.toSpliced(at, 1)))).toEqual([
      expect.stringMatching(
        seq === 5 ? `^${place} is missing: 5 records were signed` : `^${place} is missing or not in its place`,
      ),
    ]);
    expect(await found(edit(name, (lines) => lines.toSpliced(at, 0, lines[at] ?? '')))).toEqual([
      `object ${FIRST}: record ${seq + 1} is missing or not in its place: ${seq} stands there`,
    ]);
    if (seq === 5) return;
    const swapped = edit(name, (lines) => lines.with(at, lines[at + 1] ?? '').with(at + 1, lines[at] ?? ''));
    expect(await found(swapped)).toEqual([`${place} is missing or not in its place: ${seq + 1} stands there`]);
  },
);

test('an entry that is signed as one from before custody was signed, behind one that was signed, is found', async () => {
  const findings = await found(intactExport(undefined, (seq) => seq === 4));
  expect(findings).toEqual([FIRST, SECOND].map((id) => expect.stringContaining(`object ${id}: record 4 was inserted`)));
});

test('an entry that is none is named', async () => {
  expect(await found(edit(ENTRIES(FIRST), (lines) => lines.with(2, '{"chain":')))).toEqual([
    expect.stringContaining(`object ${FIRST}: record 3 cannot be read`),
  ]);
});

test('the end cut off together with its checkpoints is found by the manifest', async () => {
  const cut = new Map(edit(ENTRIES(FIRST), (lines) => lines.slice(0, 3)));
  cut.set(CHECKPOINTS(FIRST), text(linesIn(intact, CHECKPOINTS(FIRST)).slice(0, 3)));
  expect(await found(cut)).toEqual([
    `object ${FIRST}: record 4 is missing: 5 records were signed, the trail ends before`,
  ]);
});

test('entries chained anew by somebody without the key contradict the checkpoints', async () => {
  const forged = intactExport(generateKeyPairSync('ed25519').privateKey);
  const findings = await found(new Map([...intact, [ENTRIES(FIRST), forged.get(ENTRIES(FIRST)) ?? Buffer.alloc(0)]]));
  // The same entries make the same chain, whoever signs: not the chain but the signatures are another's.
  expect(findings).toEqual([]);
  const signedByOthers = new Map([...intact, [CHECKPOINTS(FIRST), forged.get(CHECKPOINTS(FIRST)) ?? Buffer.alloc(0)]]);
  expect((await found(signedByOthers))[0]).toBe(`object ${FIRST}: checkpoint 1 was not signed by the key`);
  const all = await found(forged);
  expect(all[0]).toMatch(/^the manifest was not signed by the key/);
});

test('a checkpoint that is missing or changed is named, wherever it stands', async () => {
  const name = CHECKPOINTS(FIRST);
  expect(await found(edit(name, (lines) => lines.toSpliced(1, 1)))).toEqual([
    `object ${FIRST}: checkpoint 2 does not follow the one before it, which is missing or was replaced`,
  ]);
  expect(await found(edit(name, (lines) => lines.slice(0, 4)))).toEqual([
    `object ${FIRST}: from record 5 on nothing is signed: checkpoints are missing`,
  ]);
  expect(await found(edit(name, (lines) => lines.with(2, (lines[2] ?? '').replace('2026', '2025'))))).toEqual([
    `object ${FIRST}: checkpoint 3 was not signed by the key`,
    `object ${FIRST}: checkpoint 4 does not follow the one before it, which is missing or was replaced`,
  ]);
});

test('checkpoints that are not in the order they were made in are told', async () => {
  const swapped = edit(CHECKPOINTS(FIRST), (lines) => lines.with(1, lines[2] ?? '').with(2, lines[1] ?? ''));
  expect((await found(swapped))[0]).toBe(
    `object ${FIRST}: checkpoint 2 does not follow the one before it, which is missing or was replaced`,
  );
});

test('checkpoints are read along with the entries, and not before them', async () => {
  const read: string[] = [];
  const files = new Map(
    [...intact].map(([name, bytes]) => {
      const lines = linesIn(intact, name);
      const isRead = name === ENTRIES(FIRST) || name === CHECKPOINTS(FIRST);
      const inPieces = async function* (): AsyncGenerator<Uint8Array> {
        for (const line of lines) {
          read.push(name);
          yield await Promise.resolve(Buffer.from(`${line}\n`));
        }
      };
      const whole = async function* (): AsyncGenerator<Uint8Array> {
        yield await Promise.resolve(bytes);
      };
      return [name, { sizeBytes: bytes.length, read: isRead ? inPieces : whole }] as const;
    }),
  );
  expect((await verifyCustodyExport({ files, publicKeys: [exportKey] })).findings).toEqual([]);
  expect(read).toEqual(Array.from({ length: 5 }, () => [ENTRIES(FIRST), CHECKPOINTS(FIRST)]).flat());
});

test('the custody of one object cannot stand for that of another', async () => {
  const swapped = new Map(intact);
  for (const file of [ENTRIES, CHECKPOINTS]) {
    swapped.set(file(FIRST), intact.get(file(SECOND)) ?? Buffer.alloc(0));
    swapped.set(file(SECOND), intact.get(file(FIRST)) ?? Buffer.alloc(0));
  }
  expect(await found(swapped)).toEqual([
    expect.stringContaining(`object ${FIRST}: the entries are not those of the manifest`),
    expect.stringContaining(`object ${SECOND}: the entries are not those of the manifest`),
  ]);
});

test.each([
  ['another recipient', (all: string) => all.replace('the court', 'nobody')],
  ['an object left out', (all: string) => all.replace(/\{"id":"[^"]*1".*?\},?/, '').replace(',]', ']')],
  ['another number of entries', (all: string) => all.replace('"entries":5', '"entries":4')],
])('a manifest that was changed is not signed: %s', async (_, change) => {
  const changed = Buffer.from(change(String(intact.get(exportPaths.manifest))));
  expect(changed.equals(intact.get(exportPaths.manifest) ?? changed)).toBe(false);
  expect((await found(new Map([...intact, [exportPaths.manifest, changed]])))[0]).toMatch(
    /^the manifest was not signed by the key/,
  );
});

test('what was added is named; a manifest that is gone or unreadable is the finding', async () => {
  expect(await found(new Map([...intact, ['objects/more', Buffer.alloc(1)]]))).toEqual([
    'objects/more is no part of the export: it was added',
  ]);
  const without = new Map(intact);
  without.delete(exportPaths.manifest);
  expect(await found(without)).toEqual(['manifest.json is missing']);
  expect(await found(new Map([...intact, [exportPaths.manifest, Buffer.from('{}')]]))).toEqual([
    expect.stringContaining('the manifest cannot be read'),
  ]);
});
