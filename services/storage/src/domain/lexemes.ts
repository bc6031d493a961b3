/** More of one word than this is not told apart. PostgreSQL takes lexemes up to 2,046 bytes. */
const MAX_LEXEME_CHARS = 256;

const EDGES = /^[^\p{L}\p{N}]+|[^\p{L}\p{N}]+$/gu;
/** What stands around a whole URL or path: `path=C:\\Windows\\cmd.exe`, `<https://example.com/a>`. */
const LIST_BREAK = /[=,;()[\]{}"'<>|]+/u;
/** What separates the parts of a URL, a path, a list or a `key=value`. */
const HARD_BREAK = /[/\\:=,;()[\]{}"'<>|?&#]+/u;
/** What also holds names and numbers together: `evil.example.com`, `CVE-2021-44228`, `user@host`. */
const ANY_BREAK = /[^\p{L}\p{N}]+/u;

/** Most words: nothing to take apart. */
const PLAIN = /^[\p{L}\p{N}]+$/u;

/** A word as it is indexed: lower-case, without punctuation around it. Empty when nothing is left. */
export const lexeme = (word: string): string => word.toLowerCase().replaceAll(EDGES, '').slice(0, MAX_LEXEME_CHARS);

/** Splits text at white space and control characters, as both documents and queries are split. */
export const wordsOf = (text: string): readonly string[] => text.split(/[\s\p{Cc}]+/u).filter((word) => word !== '');

/**
 * What a word of a text can be found by: itself, what stands between its separators, and its plain parts. So
 * `src=http://evil.example.com/a` is found by `http://evil.example.com/a`, by `evil.example.com` and by `evil`.
 */
export function lexemesOfWord(word: string): readonly string[] {
  if (PLAIN.test(word)) return [lexeme(word)];
  const parts = [word, ...word.split(LIST_BREAK), ...word.split(HARD_BREAK), ...word.split(ANY_BREAK)].map(lexeme);
  return [...new Set(parts)].filter((part) => part !== '');
}
