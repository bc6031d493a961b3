import {
  closeSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  writeSync,
  existsSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** The log of one process. */
export interface LogFile {
  readonly path: string;
  /**
   * Given to the process as its output, so that it writes by itself: its last words are kept also when its supervisor is
   * dead, when a pipe to the supervisor would break under it.
   */
  readonly fd: number;
  readonly write: (text: string) => void;
  /** The last lines since the log was opened, oldest first. */
  readonly tail: () => readonly string[];
  /** Moves the log aside if it has grown too large; done by itself every few seconds. */
  readonly rotate: () => void;
  readonly close: () => void;
}

const TAIL_BYTES = 4_000;
const CHUNK_BYTES = 1_000_000;
const CHECK_EVERY_MS = 5_000;

/**
 * A log that does not fill the disk: above `maxBytes` (10 MB) its content moves to `<path>.1`, and at most `keep` (3) old
 * ones stay. The process goes on writing to the same file, which is copied and cut, since nobody can give it another.
 */
export function openLogFile(
  path: string,
  options: { readonly maxBytes?: number; readonly keep?: number } = {},
): LogFile {
  const { maxBytes = 10_000_000, keep = 3 } = options;
  mkdirSync(dirname(path), { recursive: true });
  const fd = openSync(path, 'a+', 0o600);
  const openedAtBytes = fstatSync(fd).size;

  const rotate = (): void => {
    if (fstatSync(fd).size <= maxBytes) return;
    for (let age = keep - 1; age >= 1; age--) {
      if (existsSync(`${path}.${age}`)) renameSync(`${path}.${age}`, `${path}.${age + 1}`);
    }
    moveContent(fd, `${path}.1`);
  };
  const timer = setInterval(rotate, CHECK_EVERY_MS).unref();

  return {
    path,
    fd,
    write: (text) => void writeSync(fd, text),
    tail: () => readTail(fd, openedAtBytes),
    rotate,
    close: () => {
      clearInterval(timer);
      closeSync(fd);
    },
  };
}

/** Copies until nothing has come meanwhile, then cuts at once: all that can be lost is a line of that microsecond. */
function moveContent(fd: number, to: string): void {
  const target = openSync(to, 'w', 0o600);
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  let copied = 0;
  for (
    let read = readSync(fd, chunk, 0, CHUNK_BYTES, 0);
    read > 0;
    read = readSync(fd, chunk, 0, CHUNK_BYTES, copied)
  ) {
    writeSync(target, chunk, 0, read);
    copied += read;
  }
  ftruncateSync(fd, 0);
  closeSync(target);
}

function readTail(fd: number, since: number): readonly string[] {
  const { size } = fstatSync(fd);
  const from = Math.max(size - TAIL_BYTES, Math.min(since, size));
  const bytes = Buffer.alloc(size - from);
  readSync(fd, bytes, 0, bytes.length, from);
  return bytes.toString('utf8').split('\n').filter(Boolean);
}
