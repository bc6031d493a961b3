/** A file of an export. */
export interface ExportFile {
  readonly sizeBytes: number;
  readonly read: () => AsyncIterable<Uint8Array>;
}

/** An export as it lies on a disk, by the names within it. */
export type ExportFiles = ReadonlyMap<string, ExportFile>;
