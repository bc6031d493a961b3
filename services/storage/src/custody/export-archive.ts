import { createHash, type KeyObject } from 'node:crypto';
import type { Readable } from 'node:stream';
import { trailLine } from '@soc/audit';
import {
  custodyBody,
  type ExportedObject,
  exportPaths,
  type SignedManifest,
  TAR_END,
  tarHeader,
  tarPadding,
} from '@soc/audit/custody';
import type { Queryable } from '@soc/db-cluster';
import { linkedEntries } from './verify-custody.ts';

/** What an archive is made from. */
export interface ExportSource {
  readonly signed: SignedManifest;
  readonly publicKeys: readonly KeyObject[];
  readonly read: Queryable;
  readonly openContent: (objectId: string) => Promise<Readable | undefined>;
}

/** The content is not as long as it was when it was stored: an archive that says so in its headers cannot be made. */
class ContentChangedError extends Error {
  override readonly name = 'ContentChangedError';
}

const README = `Evidence with its chain of custody.

To verify, without a network and with the public key that was published by who exported it:

  soc custody verify --export THIS.tar --key PUBLIC-KEY.pem

public-keys.pem is here for convenience. It proves nothing: compare it with the key that was published.

By other means: manifest.json is signed with Ed25519 over "soc-custody-export/1", a line feed and the value of "manifest" as
canonical JSON (RFC 8785). objects/ID/entries.ndjson has a line for each entry: "record" is what was recorded, "chain" is
SHA-256(0x02, chain before (32 zero bytes at first), SHA-256(0x00, record as canonical JSON)). objects/ID/checkpoints.ndjson has,
for each entry, the signature over chain and Merkle root (RFC 6962) of it and all before, with Ed25519 over
"soc-audit-checkpoint/1", a line feed and "claim" as canonical JSON. The manifest names the last chain of each object and both
hashes of its content, as does its first entry. What has a "quarantineReason" there was set aside for that reason: handle its content
as if it were hostile.
`;

interface Part {
  readonly name: string;
  readonly sizeBytes: number;
  readonly chunks: AsyncIterable<Buffer> | Iterable<Buffer>;
}

const text = (name: string, content: string): Part => {
  const bytes = Buffer.from(content);
  return { name, sizeBytes: bytes.length, chunks: [bytes] };
};

/** Lines that are made twice, for their size and for themselves, rather than held: what is chained does not change. */
async function lines(name: string, make: () => AsyncIterable<string>): Promise<Part> {
  let sizeBytes = 0;
  for await (const line of make()) sizeBytes += Buffer.byteLength(line);
  async function* chunks(): AsyncGenerator<Buffer> {
    for await (const line of make()) yield Buffer.from(line);
  }
  return { name, sizeBytes, chunks: chunks() };
}

async function* contentOf(
  { openContent }: ExportSource,
  { id, sizeBytes, sha256 }: ExportedObject,
): AsyncGenerator<Buffer> {
  const content = await openContent(id);
  const hash = createHash('sha256');
  let seen = 0;
  for await (const chunk of (content ?? []) as AsyncIterable<Buffer>) {
    seen += chunk.length;
    if (seen > sizeBytes) break;
    hash.update(chunk);
    yield chunk;
  }
  if (seen !== sizeBytes || hash.digest('hex') !== sha256) {
    throw new ContentChangedError(`the content of object ${id} is not the one that was stored`);
  }
}

async function* partsOf(source: ExportSource): AsyncGenerator<Part> {
  const { signed, publicKeys, read } = source;
  yield text(exportPaths.manifest, `${JSON.stringify(signed, null, 2)}\n`);
  yield text(exportPaths.readme, README);
  yield text(exportPaths.keys, publicKeys.map((key) => key.export({ type: 'spki', format: 'pem' })).join(''));
  for (const object of signed.manifest.objects) {
    const entries = () => linkedEntries(read, { objectId: object.id, upTo: object.entries });
    yield await lines(exportPaths.checkpoints(object.id), async function* () {
      for await (const { checkpoint } of entries()) if (checkpoint !== null) yield `${checkpoint}\n`;
    });
    yield await lines(exportPaths.entries(object.id), async function* () {
      for await (const { fact, chain } of entries()) {
        yield `${trailLine({ seq: fact.sequence, chain: chain ?? Buffer.alloc(0), content: { body: custodyBody(fact) } })}\n`;
      }
    });
    if (object.content === 'included') {
      yield { name: exportPaths.content(object.id), sizeBytes: object.sizeBytes, chunks: contentOf(source, object) };
    }
  }
}

/**
 * The archive, piece by piece, in constant memory. Throws `ContentChangedError` in the middle when a content is not the one that was
 * stored: the archive then lacks its end, and nobody takes it for a whole one.
 */
export async function* exportArchive(source: ExportSource): AsyncGenerator<Buffer> {
  const modifiedAt = new Date(source.signed.manifest.at);
  for await (const { name, sizeBytes, chunks } of partsOf(source)) {
    yield tarHeader({ name, sizeBytes, modifiedAt });
    yield* chunks;
    yield tarPadding(sizeBytes);
  }
  yield TAR_END;
}
