import type { IndicatorType } from '@soc/contracts/intel/indicator';
import type { ExtractedObservable } from '@soc/contracts/intel/lookup';
import { canonicalValue } from './canonical.ts';
import { DEFANGED_DOT, refang, withPlainDots } from './refang.ts';
import { looksLikeDomain } from './top-level-domains.ts';

const DOT = `[.${DEFANGED_DOT}]`;
const NAME = String.raw`[\p{L}\p{N}_-]`;

/**
 * Finds candidates of one kind; `read` decides what each is. Every expression begins where a look-behind says a word
 * begins, or is bounded in length, so that no text makes the search slower than linear.
 */
interface Scanner {
  readonly expression: RegExp;
  readonly read: (text: string) => ExtractedObservable | undefined;
}

function observable(type: IndicatorType, text: string): ExtractedObservable | undefined {
  const value = canonicalValue(type, text);
  return value === undefined ? undefined : { type, value };
}

const OPENING: Readonly<Record<string, string>> = { ')': '(', ']': '[', '}': '{' };

const count = (text: string, character: string): number => text.split(character).length - 1;

/** Cuts punctuation that belongs to the sentence, and closing brackets that were opened before the URL. */
function trimUrl(text: string): string {
  const unopened = new Map(
    Object.entries(OPENING).map(([closing, opening]) => [closing, count(text, closing) - count(text, opening)]),
  );
  let end = text.length;
  for (; end > 0; end -= 1) {
    const last = text[end - 1] ?? '';
    const surplus = unopened.get(last) ?? 0;
    if (surplus > 0) unopened.set(last, surplus - 1);
    else if (!'.,;:!?*'.includes(last)) break;
  }
  return text.slice(0, end);
}

function readAddress(text: string): ExtractedObservable | undefined {
  return text.includes('/') ? observable('cidr', text) : observable('ip', text);
}

/** `std::a` and times of day look like IPv6 to a careless eye; a real address has a digit. */
function readAddress6(text: string): ExtractedObservable | undefined {
  const plain = text.replace(/\.+$/, '');
  return /\d/.test(text) ? readAddress(plain.endsWith('::') ? plain : plain.replace(/:$/, '')) : undefined;
}

function readDomain(text: string): ExtractedObservable | undefined {
  const found = observable('domain', withPlainDots(text));
  return found && looksLikeDomain(found.value.split('.'), text.includes(DEFANGED_DOT)) ? found : undefined;
}

const HASHES: Readonly<Record<number, IndicatorType>> = { 32: 'md5', 40: 'sha1', 64: 'sha256' };

/** From what tells most to what tells least: a domain within a URL is part of that URL and not found again. */
const SCANNERS: readonly Scanner[] = [
  {
    expression: /(?<![a-z0-9])[a-z][a-z0-9+.-]{1,15}:\/\/[^\s<>"'`{}|\\^]{1,4096}/giu,
    read: (text) => observable('url', trimUrl(withPlainDots(text))),
  },
  {
    expression: new RegExp(
      String.raw`(?<![\w.!#$%&*+/=?^~-])[\w.!#$%&*+/=?^~-]{1,64}@${NAME}{1,63}(?:${DOT}${NAME}{1,63}){1,20}`,
      'giu',
    ),
    read: (text) => observable('email', withPlainDots(text)),
  },
  {
    expression: /(?<![\w-])[0-9a-f]{32,64}(?![\w-])/giu,
    read: (text) => {
      const type = HASHES[text.length];
      return type && observable(type, text);
    },
  },
  {
    expression: new RegExp(
      String.raw`(?<![\w.${DEFANGED_DOT}])\d{1,3}(?:${DOT}\d{1,3}){3}(?:\/\d{1,2})?(?!\w|${DOT}\d)`,
      'gu',
    ),
    read: (text) => readAddress(withPlainDots(text)),
  },
  { expression: /(?<![\w:.])(?=[0-9a-f]{0,4}:)[0-9a-f:.]{3,46}(?:\/\d{1,3})?(?![\w:])/giu, read: readAddress6 },
  {
    expression: new RegExp(
      String.raw`(?<!${NAME}|[@/\\$]|${DOT})${NAME}+(?:${DOT}${NAME}+)+(?!${NAME}|[(@]|${DOT}${NAME})`,
      'giu',
    ),
    read: readDomain,
  },
];

interface Found extends ExtractedObservable {
  readonly at: number;
}

/** Adds what a scanner finds to `found` and returns the text with those places blanked, of the same length. */
const scan = (text: string, { expression, read }: Scanner, found: Found[]): string =>
  text.replace(expression, (match: string, ...rest: unknown[]) => {
    const result = read(match);
    if (!result) return match;
    found.push({ ...result, at: rest.findLast((part) => typeof part === 'number') ?? 0 });
    return ' '.repeat(match.length);
  });

/**
 * The observables of a text, each once, in order of appearance and in canonical form. Defanged notations are understood;
 * file names and version numbers of software that merely look like domains are left out.
 */
export function extractObservables(text: string): readonly ExtractedObservable[] {
  const found: Found[] = [];
  SCANNERS.reduce((current, scanner) => scan(current, scanner, found), refang(text));
  const inOrder = found.toSorted((a, b) => a.at - b.at);
  const unique = new Map(inOrder.map(({ type, value }) => [`${type} ${value}`, { type, value }]));
  return [...unique.values()];
}
