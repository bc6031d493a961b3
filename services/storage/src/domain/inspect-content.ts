import type { EvidenceWarning } from '@soc/contracts/storage/objects';
import { SIGNATURES, type Signature } from './signatures.ts';
import { isZipBomb, zipEndIn } from './zip-directory.ts';

/** What is looked at of a content: enough for every signature, and for the directory of a zip of some thousand files. */
export const HEAD_BYTES = 36 * 1024;
export const TAIL_BYTES = 256 * 1024;

/** Readers of PDF find their header anywhere in the first kilobyte. */
const PDF_HEADER_WITHIN = 1024;
const UNKNOWN = 'application/octet-stream';

export interface Finding {
  readonly detectedType: string;
  readonly warnings: readonly EvidenceWarning[];
}

const MARKUP = /^\s*(?:<!--[\s\S]{0,2000}?-->\s*)*<(?:!doctype html|html|head|body|script|iframe|svg|\?xml)\b/i;
const SCRIPT = /<script\b|<iframe\b|javascript:|\bon(?:load|error)\s*=/i;
const ACTIVE_PDF = /\/(?:JavaScript|JS|Launch|OpenAction|EmbeddedFile)\b/;

function signatureOf(head: Buffer): Signature | undefined {
  return SIGNATURES.find(({ bytes, at = 0 }) => head.subarray(at, at + bytes.length).equals(bytes));
}

/** Whether the bytes read as UTF-8 without control characters. A character that is cut at the end is none. */
function isText(head: Buffer): boolean {
  if (head.length === 0) return false;
  const text = new TextDecoder('utf-8').decode(head.subarray(0, 4096), { stream: true });
  // eslint-disable-next-line no-control-regex -- these are what tells text from other things
  return !/[\u0000-\u0008\u000e-\u001a\u001c-\u001f\ufffd]/.test(text);
}

function typeOf(head: Buffer, markup: string): Pick<Signature, 'type' | 'is'> {
  const signature = signatureOf(head);
  if (signature) return signature;
  if (MARKUP.test(markup)) {
    const type = /<svg\b/i.test(markup)
      ? 'image/svg+xml'
      : /^\s*<\?xml/i.test(markup)
        ? 'application/xml'
        : 'text/html';
    return type === 'application/xml' ? { type } : { type, is: 'active_content' };
  }
  return { type: isText(head) ? 'text/plain' : UNKNOWN };
}

/** Kinds that the content is as well: what another program than the one for its type would take it for. */
function otherKinds(type: string, head: Buffer, tail: Buffer, markup: string): readonly string[] {
  const kinds: string[] = [];
  const isBinary = type !== 'text/plain' && !/html|xml|script/.test(type);
  if (type !== 'application/zip' && zipEndIn(tail) !== undefined) kinds.push('application/zip');
  const pdfAt = head.subarray(0, PDF_HEADER_WITHIN).indexOf('%PDF-');
  if (pdfAt > 0) kinds.push('application/pdf');
  // A picture that holds a script is a page to whoever guesses types.
  if (isBinary && /^(?:image|audio|video)\//.test(type) && (SCRIPT.test(markup) || SCRIPT.test(latin(tail, 4096)))) {
    kinds.push('text/html');
  }
  return kinds;
}

const latin = (bytes: Buffer, last = bytes.length): string =>
  bytes.subarray(Math.max(0, bytes.length - last)).toString('latin1');

/** Types that say nothing, or of which several are right. */
const isVague = (type: string): boolean => type === UNKNOWN || type === 'text/plain' || type === 'application/x-dump';

/** What archives are inside: an office document is a zip, and so is an app. */
const CONTAINERS: Readonly<Record<string, RegExp>> = {
  'application/zip': /officedocument|opendocument|java-archive|epub|android|zip|vnd\.ms-/,
  'application/x-ole-storage': /ms-?(?:word|excel|powerpoint|outlook|office)|msword|msi|ole/,
  'application/gzip': /gzip|tar|compressed/,
  'application/xml': /xml|svg|html/,
};

const differs = (claimed: string, detected: string): boolean => {
  if (isVague(claimed) || isVague(detected) || claimed === detected) return false;
  if (CONTAINERS[detected]?.test(claimed) === true) return false;
  // Both are names for the same kind of thing, e.g. image/x-png.
  const [claimedKind, claimedName = ''] = claimed.split('/');
  const [detectedKind, detectedName = ''] = detected.split('/');
  return claimedKind !== detectedKind || claimedName.replace('x-', '') !== detectedName.replace('x-', '');
};

const claimsOther = (claimed: string, detected: string): boolean =>
  differs(claimed, detected) || (detected === UNKNOWN && claimed.startsWith('image/'));

/**
 * What a content is, by its first and last bytes. Nothing is unpacked, so the work is the same whatever an archive claims to
 * hold. An aid for people, not a virus scanner: what it does not warn of is not thereby harmless.
 */
export function inspectContent(content: {
  readonly head: Buffer;
  readonly tail: Buffer;
  readonly sizeBytes: number;
  readonly claimedType: string;
}): Finding {
  const { head, tail, sizeBytes, claimedType } = content;
  const markup = latin(head.subarray(0, 4096));
  const { type, is } = typeOf(head, markup);
  const warnings = new Set<EvidenceWarning>();
  if (claimsOther(claimedType, type)) warnings.add('type_mismatch');
  if (otherKinds(type, head, tail, markup).length > 0) warnings.add('polyglot');
  if (is !== undefined) warnings.add(is);
  if (type === 'application/pdf' && (ACTIVE_PDF.test(latin(head)) || ACTIVE_PDF.test(latin(tail)))) {
    warnings.add('active_content');
  }
  if (isZipBomb(tail, sizeBytes) || isGzipBomb(type, tail, sizeBytes)) warnings.add('archive_bomb');
  if (tail.includes('vbaProject.bin')) warnings.add('active_content');
  return { detectedType: type, warnings: [...warnings].toSorted() };
}

/** Deflate gains at most 1,032 times; what claims more than this is made for it. */
const GZIP_RATIO = 500;
const GZIP_AT_LEAST_BYTES = 256 * 1024 ** 2;

/** A gzip ends with the length of what it holds, modulo 4 GiB. */
function isGzipBomb(type: string, tail: Buffer, sizeBytes: number): boolean {
  if (type !== 'application/gzip' || tail.length < 4) return false;
  const claimed = tail.readUInt32LE(tail.length - 4);
  return claimed >= GZIP_AT_LEAST_BYTES && claimed / sizeBytes > GZIP_RATIO;
}
