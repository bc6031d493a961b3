/** More of one word than this is not told apart. PostgreSQL takes lexemes up to 2,046 bytes. */
const MAX_LEXEME_CHARS = 256;

const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
/** What stands around a whole URL or path: `path=C:\\Windows\\cmd.exe`, `<https://example.com/a>`. */
const LIST_BREAK = /[=,;()[\]{}"'<>|]+/;
/** What separates the parts of a URL, a path, a list or a `key=value`. */
const HARD_BREAK = /[/\\:=,;()[\]{}"'<>|?&#]+/;
/** What also holds names and numbers together: `evil.example.com`, `CVE-2021-44228`, `user@host`. */
const ANY_BREAK = /[^\p{L}\p{N}]+/u;

/** Most words: nothing to take apart. */
const PLAIN = /^[\p{L}\p{N}]+$/u;

/**
 * Nearly all words are of ASCII, whose letters and digits are found several times as fast without Unicode's tables; and every word of every
 * document passes through here.
 */
const ASCII = /^[ -~]*$/;
const ASCII_PLAIN = /^[A-Za-z0-9]+$/;
const ASCII_BREAK = /[^A-Za-z0-9]+/;

const isAsciiAlphanumeric = (code: number): boolean =>
  (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90);

function withoutEdges(word: string): string {
  if (!ASCII.test(word)) return word.replaceAll(EDGES, '');
  let [start, end] = [0, word.length];
  while (start < end && !isAsciiAlphanumeric(word.charCodeAt(start))) start++;
  while (end > start && !isAsciiAlphanumeric(word.charCodeAt(end - 1))) end--;
  return word.slice(start, end);
}

/** A word as it is indexed: lower-case, without punctuation around it. Empty when nothing is left. */
export const lexeme = (word: string): string => withoutEdges(word.toLowerCase()).slice(0, MAX_LEXEME_CHARS);

/** Splits text at white space and control characters, as both documents and queries are split. */
export const wordsOf = (text: string): readonly string[] => text.split(/[\s\p{Cc}]+/u).filter((word) => word !== '');

/**
 * What a word of a text can be found by: itself, what stands between its separators, and its plain parts. So
 * `src=http://evil.example.com/a` is found by `http://evil.example.com/a`, by `evil.example.com` and by `evil`.
 */
export function lexemesOfWord(word: string): readonly string[] {
  if (ASCII_PLAIN.test(word) || PLAIN.test(word)) return [lexeme(word)];
  const anyBreak = ASCII.test(word) ? ASCII_BREAK : ANY_BREAK;
  const parts = [word, ...word.split(LIST_BREAK), ...word.split(HARD_BREAK), ...word.split(anyBreak)];
  const lexemes = new Set(parts.map(lexeme));
  lexemes.delete('');
  return [...lexemes];
}
