import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { trailLine } from '@soc/audit';
import {
  createContentHash,
  custodyBody,
  exportPaths,
  linkCustody,
  signManifest,
  TAR_END,
  tarHeader,
  tarPadding,
} from '@soc/audit/custody';
import { expect, onTestFinished, test } from 'vitest';
import { OperatorError } from '../operator-error.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { custodyCommand } from './custody.ts';
import { runCommand } from './run-command.fixture.ts';

const ID = '0198c0de-0000-7000-8000-000000000001';
const AT = '2026-03-01T10:00:00.000Z';

const soc = (positionals: readonly string[], options: Readonly<Record<string, string>>) =>
  runCommand(custodyCommand, positionals, options);

/** The files of an export of one object with two entries. */
function exportedFiles(privateKey: ReturnType<typeof generateKeyPairSync>['privateKey']) {
  const content = Buffer.from('what was found');
  const hash = createContentHash();
  hash.update(content);
  const { sha256, blake3, sizeBytes } = hash.digest();
  const shared = { objectId: ID, tenantId: 'default', actor: 'Ann', actorId: 'ann', at: AT, isAdopted: false };
  const facts = [
    { ...shared, sequence: 1, action: 'stored', detail: { sha256, blake3, sizeBytes } },
    { ...shared, sequence: 2, action: 'exported', detail: { exportId: 'e1' } },
  ];
  const links = linkCustody(undefined, facts, { privateKey, at: AT });
  const chain = links[1]?.chain.toString('hex') ?? '';
  const told = { filename: 'a.bin', contentType: 'x/y', storedAt: AT, storedBy: 'Ann', content: 'included' as const };
  const signed = signManifest(
    {
      exportId: 'e1',
      at: AT,
      tenantId: 'default',
      exportedBy: { id: 'ann', name: 'Ann' },
      recipient: 'the court',
      purpose: 'case 7',
      objects: [{ id: ID, sizeBytes, sha256, blake3, entries: 2, chain, ...told, quarantineReason: 'a \u001b beacon' }],
    },
    privateKey,
  );
  const lines = facts.map((fact, at) =>
    trailLine({ seq: at + 1, chain: links[at]?.chain ?? Buffer.alloc(0), content: { body: custodyBody(fact) } }),
  );
  return new Map([
    [exportPaths.manifest, Buffer.from(JSON.stringify(signed))],
    [exportPaths.entries(ID), Buffer.from(`${lines.join('\n')}\n`)],
    [exportPaths.checkpoints(ID), Buffer.from(`${links[1]?.checkpoint ?? ''}\n`)],
    [exportPaths.content(ID), content],
  ]);
}

/** An export as an archive and as a folder, with the key that was published. */
async function heldExport() {
  const directory = await makeTemporaryDirectory('custody');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const { privateKey } = generateKeyPairSync('ed25519');
  const files = exportedFiles(privateKey);
  const paths = { archive: join(directory.path, 'export.tar'), folder: join(directory.path, 'export') };
  const key = join(directory.path, 'key.pem');
  await writeFile(key, createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  const parts = [...files].flatMap(([name, bytes]) => [
    tarHeader({ name, sizeBytes: bytes.length, modifiedAt: new Date(AT) }),
    bytes,
    tarPadding(bytes.length),
  ]);
  await writeFile(paths.archive, Buffer.concat([...parts, TAR_END]));
  for (const [name, bytes] of files) {
    await mkdir(dirname(join(paths.folder, name)), { recursive: true });
    await writeFile(join(paths.folder, name), bytes);
  }
  return { ...paths, key };
}

test('an intact export is verified offline, archive or folder: exit code 0', async () => {
  const { archive, folder, key } = await heldExport();
  for (const path of [archive, folder]) {
    const { code, text } = await soc(['verify'], { export: path, key });
    expect([code, text]).toEqual([0, expect.stringContaining(`${ID} "a.bin": 2 records, content as stored`)]);
    expect(text).toContain(String.raw`Its content was in quarantine: "a \u001b beacon".`);
  }
});

test('a changed byte, a missing file and an archive that is cut are exit code 1, and where is told', async () => {
  const { archive, folder, key } = await heldExport();
  const bytes = await readFile(archive);
  const at = bytes.indexOf('what was found');
  await writeFile(archive, bytes.fill('W', at, at + 1));
  const changed = await soc(['verify'], { export: archive, key });
  expect([changed.code, changed.text]).toEqual([
    1,
    expect.stringContaining(`BAD: object ${ID}: the content was changed`),
  ]);
  await writeFile(archive, bytes.subarray(0, at + 5));
  const cut = await soc(['verify'], { export: archive, key });
  expect(cut.text).toContain(`BAD: the archive is damaged: it ends in the middle of objects/${ID}/content`);
  await rm(join(folder, exportPaths.entries(ID)));
  const missing = await soc(['verify'], { export: folder, key });
  expect([missing.code, missing.text]).toEqual([
    1,
    expect.stringContaining(`BAD: objects/${ID}/entries.ndjson is missing`),
  ]);
});

test('an export by somebody with another key is exit code 1', async () => {
  const [{ archive }, { key }] = [await heldExport(), await heldExport()];
  const { code, text } = await soc(['verify'], { export: archive, key });
  expect([code, text]).toEqual([1, expect.stringContaining('BAD: the manifest was not signed by the key')]);
});

test('the public key is printed', async () => {
  const { key } = await heldExport();
  const { code, text } = await soc(['key'], { key });
  expect([code, text]).toEqual([0, expect.stringContaining('-----BEGIN PUBLIC KEY-----')]);
});

test.for([
  [['verify'], {}, 'Say which export'],
  [['verify'], { export: '/nowhere', key: '/nowhere/key.pem' }, 'key cannot be read from /nowhere/key.pem: ENOENT'],
  [['forget'], {}, 'Say soc custody verify'],
] as const)('what is missing is one sentence: %j %j', async ([positionals, options, sentence]) => {
  await expect(soc(positionals, options)).rejects.toThrow(OperatorError);
  await expect(soc(positionals, options)).rejects.toThrow(sentence);
});
