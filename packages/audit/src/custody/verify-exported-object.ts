import type { KeyObject } from 'node:crypto';
import type { StoredCheckpoint } from '../checkpoint-series.ts';
import { type TrailReport, verifyTrail } from '../verify-trail.ts';
import { createContentHash } from './content-hash.ts';
import type { CustodyFinding } from './custody-finding.ts';
import { exportPaths, type ExportedObject } from './custody-manifest.ts';
import { CustodyRecord } from './custody-record.ts';
import { linesOf } from './lines.ts';
import type { ExportFile, ExportFiles } from './export-files.ts';

/** What was found of one object. */
export interface ObjectReport {
  readonly id: string;
  readonly filename: string;
  readonly entries: number;
  /** Of those, how many were written before custody was signed. */
  readonly adoptedEntries: number;
  readonly content: ExportedObject['content'];
  /** Why to be careful with the content; undefined when it was not in quarantine. */
  readonly quarantineReason: string | undefined;
  readonly findings: readonly CustodyFinding[];
}

interface Given {
  readonly files: ExportFiles;
  readonly publicKeys: readonly KeyObject[];
  readonly exportId: string;
}

/** What is noted of the entries as they go by. */
interface Noted {
  adoptedEntries: number;
  signedEntries: number;
  adoptedLateSeq: number | undefined;
  first: CustodyRecord | undefined;
  last: CustodyRecord | undefined;
  foreignSeq: number | undefined;
}

function note(noted: Noted, line: string, objectId: string): void {
  let record: CustodyRecord | undefined;
  try {
    const parsed: unknown = JSON.parse(line);
    record = CustodyRecord.safeParse((parsed as { readonly record?: unknown } | null)?.record).data;
  } catch {
    return; // verifyTrail says so
  }
  noted.first ??= record;
  if (record?.isAdopted) {
    noted.adoptedEntries += 1;
    if (noted.signedEntries > 0) noted.adoptedLateSeq ??= record.seq;
  } else {
    noted.signedEntries += 1;
  }
  if (record?.objectId !== objectId) noted.foreignSeq ??= record?.seq ?? (noted.last?.seq ?? 0) + 1;
  noted.last = record;
}

async function* noting(lines: AsyncIterable<string>, noted: Noted, objectId: string): AsyncGenerator<string> {
  for await (const line of lines) {
    if (line !== '') note(noted, line, objectId);
    yield line;
  }
}

async function* checkpointsOf(file: ExportFile): AsyncGenerator<StoredCheckpoint> {
  let number = 0;
  for await (const text of linesOf(file.read())) {
    if (text !== '') yield { name: String(++number), text };
  }
}

function chainFindings(
  { id: objectId, entries, chain }: ExportedObject,
  { findings, records, signedRecords, chain: found }: TrailReport,
): readonly CustodyFinding[] {
  const all: CustodyFinding[] = findings.map((finding) => ({ kind: 'custody', objectId, finding }));
  if (all.length > 0) return all;
  if (records < entries) {
    all.push({ kind: 'custody', objectId, finding: { kind: 'truncated', seq: records + 1, size: entries } });
  } else if (found !== chain || records > entries) {
    all.push({ kind: 'another_chain', objectId, entries, found: records });
  }
  if (signedRecords < records) all.push({ kind: 'unsigned_entries', objectId, seq: signedRecords + 1 });
  return all;
}

/** What the first and the last entry must say. */
function entryFindings(
  object: ExportedObject,
  { first, last, foreignSeq, adoptedLateSeq }: Noted,
  exportId: string,
): readonly CustodyFinding[] {
  const { id: objectId, sha256, blake3, sizeBytes } = object;
  const all: CustodyFinding[] = [];
  if (foreignSeq !== undefined) all.push({ kind: 'foreign_entry', objectId, seq: foreignSeq });
  if (adoptedLateSeq !== undefined) all.push({ kind: 'adopted_late', objectId, seq: adoptedLateSeq });
  const intake = first?.action === 'stored' ? first.detail : {};
  const differs = (what: string): void => void all.push({ kind: 'intake_differs', objectId, what });
  if (intake['sha256'] !== sha256) differs('sha256');
  if ((intake['blake3'] ?? null) !== blake3) differs('blake3');
  if (intake['sizeBytes'] !== sizeBytes) differs('size');
  if (last?.action !== 'exported' || last.detail['exportId'] !== exportId) {
    all.push({ kind: 'another_export', objectId });
  }
  return all;
}

async function contentFindings(object: ExportedObject, file: ExportFile): Promise<readonly CustodyFinding[]> {
  const hash = createContentHash();
  for await (const chunk of file.read()) hash.update(chunk);
  const { sha256, blake3, sizeBytes } = hash.digest();
  const compare = (what: 'size' | 'sha256' | 'blake3', expected: string, actual: string): readonly CustodyFinding[] =>
    expected === actual ? [] : [{ kind: 'changed_content', objectId: object.id, what, expected, actual }];
  return [
    ...compare('size', String(object.sizeBytes), String(sizeBytes)),
    ...compare('sha256', object.sha256, sha256),
    ...(object.blake3 === null ? [] : compare('blake3', object.blake3, blake3)),
  ];
}

/** Verifies the custody of one object of an export, and its content where that is included. Missing files are not told here. */
export async function verifyExportedObject(object: ExportedObject, given: Given): Promise<ObjectReport> {
  const { files, publicKeys, exportId } = given;
  const noted: Noted = {
    adoptedEntries: 0,
    signedEntries: 0,
    adoptedLateSeq: undefined,
    first: undefined,
    last: undefined,
    foreignSeq: undefined,
  };
  const findings: CustodyFinding[] = [];
  const entries = files.get(exportPaths.entries(object.id));
  const checkpoints = files.get(exportPaths.checkpoints(object.id));
  if (entries && checkpoints) {
    const report = await verifyTrail({
      lines: noting(linesOf(entries.read()), noted, object.id),
      checkpoints: checkpointsOf(checkpoints),
      publicKeys,
    });
    findings.push(...chainFindings(object, report));
    // A chain that is broken is told once; what its entries say is of no weight then.
    if (findings.length === 0) findings.push(...entryFindings(object, noted, exportId));
  }
  const content = object.content === 'included' ? files.get(exportPaths.content(object.id)) : undefined;
  if (content) findings.push(...(await contentFindings(object, content)));
  return {
    id: object.id,
    filename: object.filename,
    entries: object.entries,
    adoptedEntries: noted.adoptedEntries,
    content: object.content,
    quarantineReason: object.quarantineReason,
    findings,
  };
}
