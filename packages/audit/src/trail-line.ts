import { z } from 'zod';
import { canonicalJson } from './canonical-json.ts';
import { TrailRecord } from './trail-record.ts';
import type { ShownRecord } from './trail-verifier.ts';

const Hash = z.string().regex(/^[0-9a-f]{64}$/);

/** A line of an exported trail: a record with the chain after it, or, where the record is another's, the hash of it. */
const TrailLine = z.union([
  z.strictObject({ chain: Hash, record: TrailRecord }),
  z.strictObject({ chain: Hash, leaf: Hash, seq: z.number().int().min(1) }),
]);

/** A line as an export writes it, without the line feed. */
export function trailLine({ seq, chain, content }: ShownRecord): string {
  const hex = Buffer.from(chain).toString('hex');
  if ('body' in content) return `{"chain":"${hex}","record":${content.body}}`;
  return `{"chain":"${hex}","leaf":"${Buffer.from(content.leaf).toString('hex')}","seq":${seq}}`;
}

/** Reads a line, however its JSON is spaced or its keys are ordered. Throws when it is none. */
export function parseTrailLine(text: string): ShownRecord {
  const line = TrailLine.parse(JSON.parse(text));
  const chain = Buffer.from(line.chain, 'hex');
  if ('record' in line) return { seq: line.record.seq, chain, content: { body: canonicalJson(line.record) } };
  return { seq: line.seq, chain, content: { leaf: Buffer.from(line.leaf, 'hex') } };
}
