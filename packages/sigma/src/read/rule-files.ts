import { gunzipSync } from 'node:zlib';
import type { Refusal } from '../rule.ts';
import { type Archive, archiveLimits } from './archive-entry.ts';
import { isTar, readTar } from './tar.ts';
import { readZip } from './zip.ts';

/** The YAML files of something given as rules. */
export interface RuleFiles {
  readonly files: readonly { readonly file: string; readonly text: string }[];
  readonly refusals: readonly Refusal[];
  /** Files of an archive that are no YAML by their names: licences, read-mes, data. */
  readonly skipped: number;
}

const isYaml = (path: string): boolean => {
  const name = path.split('/').at(-1) ?? '';
  // macOS puts its own data beside every file of an archive, under the file's name.
  return /\.ya?ml$/i.test(name) && !name.startsWith('._') && !path.startsWith('__MACOSX/');
};

const utf8 = new TextDecoder('utf-8', { fatal: true });

function decode(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}

const refuse = (file: string, reason: string): RuleFiles => ({
  files: [],
  refusals: [{ file, line: 1, reason }],
  skipped: 0,
});

function readText(file: string, bytes: Uint8Array): RuleFiles {
  if (bytes.length > archiveLimits.fileBytes) return refuse(file, `it is larger than ${archiveLimits.fileBytes} bytes`);
  const text = decode(bytes);
  return text === undefined ? refuse(file, 'it is not UTF-8') : { files: [{ file, text }], refusals: [], skipped: 0 };
}

function readArchive(name: string, archive: Archive): RuleFiles {
  if (!archive.ok) return refuse(name, archive.reason);
  const read = archive.entries.map((entry): RuleFiles => {
    const file = `${name}/${entry.path}`;
    if ('reason' in entry) return refuse(file, entry.reason);
    return isYaml(entry.path) ? readText(file, entry.bytes) : { files: [], refusals: [], skipped: 1 };
  });
  return {
    files: read.flatMap(({ files }) => files),
    refusals: read.flatMap(({ refusals }) => refusals),
    skipped: read.reduce((sum, { skipped }) => sum + skipped, 0),
  };
}

function gunzip(bytes: Uint8Array): Uint8Array | { readonly reason: string } {
  try {
    return gunzipSync(bytes, { maxOutputLength: archiveLimits.unpackedBytes });
  } catch (error) {
    const isTooLarge = error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
    return { reason: isTooLarge ? 'it is too large once unpacked' : 'the gzip stream is damaged' };
  }
}

/**
 * The rule files of what was given: YAML, or a .zip, .tar or .tar.gz that is recognised by its content. Files of an archive
 * are called `archive/path`. Nothing is written to disk, and reading is bounded by `archiveLimits`.
 */
export function readRuleFiles(name: string, bytes: Uint8Array): RuleFiles {
  if (bytes.length > archiveLimits.archiveBytes) {
    return refuse(name, `it is larger than ${archiveLimits.archiveBytes} bytes`);
  }
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  const isZip = bytes[0] === 0x50 && bytes[1] === 0x4b && (bytes[2] === 3 || bytes[2] === 5);
  if (isZip) return readArchive(name, readZip(bytes, isYaml));
  const content = isGzip ? gunzip(bytes) : bytes;
  if ('reason' in content) return refuse(name, content.reason);
  if (isTar(content)) return readArchive(name, readTar(content));
  if (isGzip) return refuse(name, 'it is gzip, but not of a tar archive');
  return isYaml(name) ? readText(name, bytes) : refuse(name, 'it is neither .yml, .yaml, .zip nor .tar.gz');
}
