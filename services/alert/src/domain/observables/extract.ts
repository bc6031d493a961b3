import type { Observable } from '@soc/contracts';
import { namesNobody, OBSERVABLES_LIMIT, uniqueObservables } from './canonical.ts';
import { canonicalDomain } from './host-name.ts';
import { canonicalIp } from './ip-address.ts';
import { isCommonTopLevelDomain } from './top-level-domains.ts';

/** Longer texts are read up to here. */
const TEXT_LIMIT = 65_536;
/** No observable is longer; a longer word is an encoded blob. */
const WORD_LIMIT = 2_048;

/** Looks like an MD5 and is none: the hash of a program's import table, as Sysmon lists it. */
const IMPORT_HASH = /imphash[=:][\da-f]{32}/gi;

/**
 * Addresses, domains, URLs, e-mail addresses and hashes (MD5, SHA-1, SHA-256) in free text, defanged forms included
 * (`hxxps://evil[.]example`, `bob[at]evil.example`), in the order they stand. The host of a URL is found beside it. Linear in
 * the text: it is cut into words first, and each word is looked at once.
 */
export function extractObservables(text: string): readonly Observable[] {
  const found: Observable[] = [];
  const readable = text.slice(0, TEXT_LIMIT).replaceAll(IMPORT_HASH, ' ');
  for (const chunk of readable.split(/[\s"'`<>|]+/).flatMap(shortened)) {
    const plain = refang(chunk);
    for (const observable of ofChunk(plain, plain !== chunk)) found.push(observable);
    if (found.length > OBSERVABLES_LIMIT * 10) break;
  }
  return uniqueObservables(found).filter((observable) => !namesNobody(observable));
}

/** A word worth looking at; one that is too long for a URL may be a list. */
const shortened = (chunk: string): readonly string[] =>
  (chunk.length > WORD_LIMIT ? chunk.split(/[,;&]+/) : [chunk]).filter(
    ({ length }) => length >= 3 && length <= WORD_LIMIT,
  );

/** Undoes the ways of writing an indicator so that nobody clicks on it. */
function refang(word: string): string {
  if (!/[[({]|^hxxp|^fxp|[^a-z]hxxp/i.test(word)) return word;
  return word
    .replaceAll(/[[({](?:\.|dot)[\])}]/gi, '.')
    .replaceAll(/[[({](?:@|at)[\])}]/gi, '@')
    .replaceAll(/\[(:|:\/\/|\/)\]/g, '$1')
    .replaceAll(/hxxp(s?)(?=:)/gi, 'http$1')
    .replaceAll(/fxp(s?)(?=:)/gi, 'ftp$1');
}

function ofChunk(chunk: string, isDefanged: boolean): readonly Observable[] {
  const scheme = /(?:https?|ftps?|sftp|ldaps?|rmi|tcp|wss?|file|smb):\/\//gi;
  const starts = [...chunk.matchAll(scheme)].map((match) => match.index);
  const [first = chunk.length] = starts;
  const urls = starts.flatMap((start, nth) => ofUrl(trimmed(chunk.slice(start, starts[nth + 1] ?? chunk.length))));
  const words = chunk.slice(0, first).split(/[=,;()[\]{}\\]+|->|\/\//);
  return [...words.flatMap((word) => ofWord(word, isDefanged)), ...urls];
}

/** Punctuation of the sentence around a URL or word is none of it. */
const trimmed = (word: string, punctuation = '.,;:!?)]}*_'): string => word.slice(0, endOf(word, punctuation));

function endOf(word: string, punctuation: string): number {
  let end = word.length;
  while (end > 0 && punctuation.includes(word.charAt(end - 1))) end -= 1;
  return end;
}

function ofUrl(url: string): readonly Observable[] {
  const [, authority = ''] = /^[a-z]+:\/\/([^/?#]*)/i.exec(url) ?? [];
  const host = authority.slice(authority.lastIndexOf('@') + 1);
  return host === ''
    ? []
    : [
        { type: 'url', value: url },
        { type: 'domain', value: host },
      ];
}

function ofWord(word: string, isDefanged: boolean): readonly Observable[] {
  const text = trimmed(word.replace(/^(?:[.!?*_-]|:(?!:))+/, ''), '.:!?*_-');
  if (text.length < 3) return [];
  const [authority = ''] = text.split('/', 1);
  return ofPlainWord(text, isDefanged) ?? ofLabelledWord(authority, isDefanged);
}

function ofPlainWord(text: string, isDefanged: boolean): readonly Observable[] | null {
  const ip = canonicalIp(text);
  if (ip !== null) return [{ type: 'ip', value: ip }];
  if (/^(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64})$/i.test(text)) return [{ type: 'sha256', value: text }];
  if (text.includes('@')) return isDomain(text.slice(text.lastIndexOf('@') + 1), true) ? [ofEmail(text)] : [];
  const [name = ''] = text.split('/', 1);
  return isDomain(name, isDefanged) ? [{ type: 'domain', value: name }] : null;
}

const ofEmail = (text: string): Observable => ({ type: 'email', value: text.replace(/^mailto:/i, '') });

/** `10.0.0.1:443` and `evil.example:8080` are a host with a port, `sha256:…` and `src:10.0.0.1` a value with its name. */
function ofLabelledWord(text: string, isDefanged: boolean): readonly Observable[] {
  const colon = text.lastIndexOf(':');
  if (colon === -1) return [];
  const value = /^\d{1,5}$/.test(text.slice(colon + 1)) ? text.slice(0, colon) : text.slice(colon + 1);
  return ofPlainWord(value, isDefanged) ?? [];
}

function isDomain(name: string, isCertain: boolean): boolean {
  const domain = canonicalDomain(name);
  return domain !== null && (isCertain || isCommonTopLevelDomain(domain.slice(domain.lastIndexOf('.') + 1)));
}
