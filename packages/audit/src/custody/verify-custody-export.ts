import type { KeyObject } from 'node:crypto';
import { z } from 'zod';
import type { CustodyFinding } from './custody-finding.ts';
import { exportPaths, type ExportedObject, isManifestSignedBy, SignedManifest } from './custody-manifest.ts';
import type { ExportFile, ExportFiles } from './export-files.ts';
import { type ObjectReport, verifyExportedObject } from './verify-exported-object.ts';

/** What a verification has found. */
export interface CustodyReport {
  /** Nothing when all is well. */
  readonly findings: readonly CustodyFinding[];
  readonly exported:
    | { readonly id: string; readonly at: string; readonly by: string; readonly recipient: string }
    | undefined;
  readonly objects: readonly ObjectReport[];
}

/** No manifest of ours is larger: it names 1,000 objects at most. */
const MAX_MANIFEST_BYTES = 16 * 1024 ** 2;

const reasonOf = (error: unknown): string =>
  error instanceof z.ZodError ? z.prettifyError(error) : error instanceof Error ? error.message : String(error);

async function textOf({ sizeBytes, read }: ExportFile): Promise<string> {
  if (sizeBytes > MAX_MANIFEST_BYTES) throw new Error('it is too large');
  const chunks: Uint8Array[] = [];
  for await (const chunk of read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
}

const filesOf = ({ id, content }: ExportedObject): readonly string[] => [
  exportPaths.entries(id),
  exportPaths.checkpoints(id),
  ...(content === 'included' ? [exportPaths.content(id)] : []),
];

/** Names that must be there, and names that are. */
function filesThatDiffer(objects: readonly ExportedObject[], files: ExportFiles): readonly CustodyFinding[] {
  const named = new Set([exportPaths.manifest, ...objects.flatMap(filesOf)]);
  // For people: nothing is believed because of them.
  const free: readonly string[] = [exportPaths.readme, exportPaths.keys];
  return [
    ...[...named].filter((name) => !files.has(name)).map((name) => ({ kind: 'missing_file' as const, name })),
    ...[...files.keys()]
      .filter((name) => !named.has(name) && !free.includes(name))
      .map((name) => ({ kind: 'unexpected_file' as const, name })),
  ];
}

async function readManifest(files: ExportFiles): Promise<SignedManifest | CustodyFinding> {
  const file = files.get(exportPaths.manifest);
  if (!file) return { kind: 'missing_file', name: exportPaths.manifest };
  try {
    return SignedManifest.parse(JSON.parse(await textOf(file)));
  } catch (error) {
    return { kind: 'unreadable_manifest', reason: reasonOf(error) };
  }
}

/**
 * Verifies an export with nothing but the public keys: the manifest's signature, each object's entries against their chain and
 * their checkpoints, and contents against both hashes. Each object is judged, also after a finding. All but the manifest is read in
 * constant memory.
 */
export async function verifyCustodyExport(given: {
  readonly files: ExportFiles;
  readonly publicKeys: readonly KeyObject[];
}): Promise<CustodyReport> {
  const { files, publicKeys } = given;
  const signed = await readManifest(files);
  if ('kind' in signed) return { findings: [signed], exported: undefined, objects: [] };
  const { manifest } = signed;
  const findings: CustodyFinding[] = [];
  if (!isManifestSignedBy(signed, publicKeys)) findings.push({ kind: 'forged_manifest', keyId: manifest.keyId });
  findings.push(...filesThatDiffer(manifest.objects, files));
  const objects: ObjectReport[] = [];
  for (const object of manifest.objects) {
    const report = await verifyExportedObject(object, { files, publicKeys, exportId: manifest.exportId });
    objects.push(report);
    findings.push(...report.findings);
  }
  const { exportId: id, at, recipient, exportedBy } = manifest;
  return { findings, exported: { id, at, by: exportedBy.name, recipient }, objects };
}
