/** A file of an archive, or why it cannot be had. */
export type ArchiveEntry =
  | { readonly path: string; readonly bytes: Uint8Array }
  | { readonly path: string; readonly reason: string };

/** An archive that could be opened, or why not; nothing of it is written anywhere. */
export type Archive =
  | { readonly ok: true; readonly entries: readonly ArchiveEntry[] }
  | { readonly ok: false; readonly reason: string };

/** Where reading stops, so that a bomb costs no more than an honest archive of this size. SigmaHQ's has 4,000 files, 9 MB. */
export const archiveLimits = {
  archiveBytes: 64 * 1024 * 1024,
  /** Of all files together, unpacked. */
  unpackedBytes: 64 * 1024 * 1024,
  fileBytes: 4 * 1024 * 1024,
  entries: 20_000,
  pathBytes: 1_024,
} as const;

const CONTROL = /\p{Cc}/u;

/** Why a path could lead out of the folder it is shown in. Nothing is unpacked to disk, but names are told and compared. */
export function pathProblem(path: string): string | undefined {
  if (path === '' || path.length > archiveLimits.pathBytes) return 'its path is empty or too long';
  if (CONTROL.test(path) || path.includes('\uFFFD')) return 'its path holds control characters or is not UTF-8';
  if (path.startsWith('/') || path.includes('\\') || /^[a-z]:/i.test(path)) {
    return 'its path is absolute or has backslashes';
  }
  return path.split('/').includes('..') ? 'its path leads out of the archive' : undefined;
}
