export { type ContentDigest, type ContentHash, createContentHash } from './content-hash.ts';
export { type CustodyFinding, describeCustodyFinding } from './custody-finding.ts';
export { type CustodyLink, linkCustody } from './custody-link.ts';
export {
  type CustodyManifest,
  type ExportedObject,
  exportPaths,
  type SignedManifest,
  signManifest,
} from './custody-manifest.ts';
export { custodyBody, type CustodyFact } from './custody-record.ts';
export { TAR_END, tarHeader, tarPadding } from './tar-header.ts';
export { type ReadAt, readTarIndex, type TarFile, type TarIndex } from './tar-index.ts';
export type { ExportFile, ExportFiles } from './export-files.ts';
export { type CustodyReport, verifyCustodyExport } from './verify-custody-export.ts';
export type { ObjectReport } from './verify-exported-object.ts';
