import { createPublicKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { bodyOf, CHAIN_START, createTrailVerifier, leafHash, nextLink, signCheckpoint, trailLine } from '@soc/audit';
import { expect, onTestFinished, test } from 'vitest';
import { OperatorError } from '../operator-error.ts';
import { makeTemporaryDirectory } from '../testing/temporary-directory.ts';
import { auditCommand } from './audit.ts';
import { runCommand } from './run-command.fixture.ts';

const soc = (positionals: readonly string[], options: Readonly<Record<string, string>>) =>
  runCommand(auditCommand, positionals, options);

/** An exported trail of so many records, its checkpoint and its key, as files. */
async function heldTrail(records: number) {
  const directory = await makeTemporaryDirectory('audit');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const { privateKey } = generateKeyPairSync('ed25519');
  const verifier = createTrailVerifier([]);
  const lines: string[] = [];
  let chain: Uint8Array = CHAIN_START;
  for (let seq = 1; seq <= records; seq += 1) {
    const body = bodyOf({ v: 1, seq, id: `id ${seq}`, at: '', service: 'alert', tenantId: 'default', action: 'x.y' });
    chain = nextLink(chain, leafHash(body));
    verifier.add({ seq, chain, content: { body } });
    lines.push(trailLine({ seq, chain, content: { body } }));
  }
  const { root } = verifier.state();
  const claim = { size: records, root: root.toString('hex'), chain: Buffer.from(chain).toString('hex') };
  const checkpoint = signCheckpoint({ ...claim, at: '2026-01-01T00:00:00.000Z', previous: null }, privateKey);
  const files = {
    records: join(directory.path, 'trail.ndjson'),
    checkpoints: join(directory.path, 'checkpoints'),
    key: join(directory.path, 'key.pem'),
  };
  await mkdir(files.checkpoints);
  await writeFile(join(files.checkpoints, 'checkpoint-000000000009.json'), JSON.stringify(checkpoint));
  await writeFile(files.records, `${lines.join('\n')}\n`);
  await writeFile(files.key, createPublicKey(privateKey).export({ type: 'spki', format: 'pem' }));
  return { files, lines };
}

test('an intact trail is verified offline: exit code 0, and the newest checkpoint to compare', async () => {
  const { files } = await heldTrail(9);
  const { code, text } = await soc(['verify'], files);
  expect(code).toBe(0);
  expect(text).toContain('9 records continue the chain (9 shown), 9 of them are signed for.');
});

test('a trail that was tampered with is exit code 1, and the first bad record is named', async () => {
  const { files, lines } = await heldTrail(9);
  await writeFile(files.records, lines.with(4, (lines[4] ?? '').replace('x.y', 'x.z')).join('\n'));
  const { code, text } = await soc(['verify'], files);
  expect([code, text]).toEqual([1, expect.stringContaining('BAD: record 5 does not continue the chain')]);
  await writeFile(files.records, lines.slice(0, 8).join('\n'));
  expect((await soc(['verify'], files)).text).toContain('BAD: record 9 is missing');
});

test('the public key is printed, from a private one as well', async () => {
  const { files } = await heldTrail(1);
  const { code, text } = await soc(['key'], files);
  expect([code, text]).toEqual([0, expect.stringContaining('-----BEGIN PUBLIC KEY-----')]);
});

test.for([
  [['verify'], {}, 'Say which records'],
  [['verify'], { records: '/nowhere/trail.ndjson' }, 'records cannot be read from /nowhere/trail.ndjson: ENOENT'],
  [['key'], { key: '/nowhere/key.pem' }, 'key cannot be read from /nowhere/key.pem: ENOENT'],
  [['forget'], {}, 'Say soc audit verify'],
] as const)('what is missing is one sentence: %j %j', async ([positionals, options, sentence]) => {
  await expect(soc(positionals, options)).rejects.toThrow(OperatorError);
  await expect(soc(positionals, options)).rejects.toThrow(sentence);
});
