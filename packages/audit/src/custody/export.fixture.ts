import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import { trailLine } from '../trail-line.ts';
import { createContentHash } from './content-hash.ts';
import { type CustodyLink, linkCustody } from './custody-link.ts';
import { exportPaths, signManifest } from './custody-manifest.ts';
import { custodyBody, type CustodyFact } from './custody-record.ts';
import { type CustodyReport, verifyCustodyExport } from './verify-custody-export.ts';

const EXPORT_ID = '0198c0de-0000-7000-8000-0000000000ee';
const AT = '2026-03-01T10:00:00.000Z';

/** Files by their names. */
export type Files = ReadonlyMap<string, Buffer>;

const keys = generateKeyPairSync('ed25519');
/** Of who signs an intact export. */
export const exportKey: KeyObject = keys.publicKey;

/** One chain, signed after each step; the first `adopted` entries together. */
function chainOf(facts: readonly CustodyFact[], adopted: number, privateKey: typeof keys.privateKey) {
  const steps = [facts.slice(0, adopted), ...facts.slice(adopted).map((fact) => [fact])];
  const links: CustodyLink[] = [];
  for (const step of steps) links.push(...linkCustody(links.at(-1), step, { privateKey, at: AT }));
  return links;
}

/** An export of two objects whose contents are included, of five entries each; of the second, two are from before custody was signed. */
export function intactExport(
  privateKey = keys.privateKey,
  isAdoptedLate: (seq: number) => boolean = () => false,
): Files {
  const files = new Map<string, Buffer>();
  const objects = [];
  for (const [index, adopted] of [0, 2].entries()) {
    const id = `0198c0de-0000-7000-8000-00000000000${index}`;
    const content = Buffer.from(`content of ${index}`);
    const hash = createContentHash();
    hash.update(content);
    const { sha256, blake3, sizeBytes } = hash.digest();
    const facts = ['stored', 'downloaded', 'verified', 'downloaded', 'exported'].map((action, at): CustodyFact => ({
      objectId: id,
      tenantId: 'default',
      sequence: at + 1,
      action,
      actor: 'Ann',
      actorId: 'ann',
      at: AT,
      detail:
        action === 'stored' ? { sha256, blake3, sizeBytes } : action === 'exported' ? { exportId: EXPORT_ID } : {},
      isAdopted: at < adopted || isAdoptedLate(at + 1),
    }));
    const links = chainOf(facts, adopted, privateKey);
    const lines = facts.map((fact, at) =>
      trailLine({ seq: at + 1, chain: links[at]?.chain ?? Buffer.alloc(0), content: { body: custodyBody(fact) } }),
    );
    files.set(exportPaths.entries(id), Buffer.from(`${lines.join('\n')}\n`));
    const checkpoints = links.flatMap(({ checkpoint }) => checkpoint ?? []);
    files.set(exportPaths.checkpoints(id), Buffer.from(`${checkpoints.join('\n')}\n`));
    files.set(exportPaths.content(id), content);
    const chain = links.at(-1)?.chain.toString('hex') ?? '';
    const told = { filename: `${index}.bin`, contentType: 'x/y', storedAt: AT, storedBy: 'Ann', entries: 5, chain };
    objects.push({ id, sizeBytes, sha256, blake3, ...told, content: 'included' as const });
  }
  const manifest = signManifest(
    {
      exportId: EXPORT_ID,
      at: AT,
      tenantId: 'default',
      exportedBy: { id: 'ann', name: 'Ann' },
      recipient: 'the court',
      purpose: 'case 7',
      objects,
    },
    privateKey,
  );
  files.set(exportPaths.manifest, Buffer.from(JSON.stringify(manifest)));
  return files;
}

async function* pieces(bytes: Buffer): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 100) yield bytes.subarray(at, at + 100);
}

export const verifyFiles = (files: Files): Promise<CustodyReport> =>
  verifyCustodyExport({
    files: new Map([...files].map(([name, bytes]) => [name, { sizeBytes: bytes.length, read: () => pieces(bytes) }])),
    publicKeys: [keys.publicKey],
  });
