import type { Highlight } from '@soc/contracts/storage/search';
import { lexeme, lexemesOfWord, wordsOf } from './lexemes.ts';
import type { Query } from './query/query.ts';

type Words = Extract<Query, { op: 'words' }>;

/** Pieces of the texts that are shown, and characters before and after what was found. */
const [MAX_PIECES, CONTEXT_CHARS] = [3, 60];

/** Where something stands in a text; the end is excluded. */
interface Span {
  readonly start: number;
  readonly end: number;
}
interface Word extends Span {
  readonly lexemes: readonly string[];
}

/** What a query wants to be there, as words in a row; values of fields too, where they are words of a text. */
function wantedOf(query: Query): readonly Words[] {
  switch (query.op) {
    case 'and':
    case 'or':
      return query.parts.flatMap(wantedOf);
    case 'words':
      return [query];
    case 'field': {
      const words = query.test.is === 'equals' ? wordsOf(query.test.value).map(lexeme).filter(Boolean) : [];
      return words.length === 0 ? [] : [{ op: 'words', words, prefix: false, in: 'document' }];
    }
    case 'all':
    case 'not':
      return [];
  }
}

const WORD = /[^\s\p{Cc}]+/gu;

const wordsWithPlaces = (text: string): readonly Word[] =>
  [...text.matchAll(WORD)].map(({ 0: word, index }) => ({
    start: index,
    end: index + word.length,
    lexemes: lexemesOfWord(word),
  }));

/** The part of a word that is meant: `evil` in `http://evil.example/`, or else all of it. */
function partOf(text: string, { start, end }: Span, found: string): Span {
  const at = text.slice(start, end).toLowerCase().indexOf(found);
  return at < 0 ? { start, end } : { start: start + at, end: start + at + found.length };
}

function spansOf(text: string, places: readonly Word[], { words, prefix }: Words): readonly Span[] {
  const isAt = (place: Word | undefined, word: string): boolean =>
    place?.lexemes.some((one) => (prefix ? one.startsWith(word) : one === word)) ?? false;
  return places.flatMap((place, index): Span[] => {
    if (!words.every((word, offset) => isAt(places[index + offset], word))) return [];
    const last = places[index + words.length - 1] ?? place;
    const [first = '', final = first] = [words[0], words.at(-1)];
    return [{ start: partOf(text, place, first).start, end: partOf(text, last, final).end }];
  });
}

/** In order, those that meet as one. */
function merged(spans: readonly Span[]): readonly Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    const last = result.at(-1);
    if (last && span.start <= last.end) result[result.length - 1] = { ...last, end: Math.max(last.end, span.end) };
    else result.push(span);
  }
  return result;
}

/** A cut never leaves half of a character that takes two. */
const cut = (text: string, start: number, end: number): string => text.slice(start, end).toWellFormed();

function partsOf(text: string, within: Span, marks: readonly Span[]): Highlight['parts'] {
  const parts: Highlight['parts'] = [];
  let at = within.start;
  for (const mark of marks) {
    if (mark.start > at) parts.push({ text: cut(text, at, mark.start), isMatch: false });
    parts.push({ text: cut(text, mark.start, mark.end), isMatch: true });
    at = mark.end;
  }
  if (at < within.end) parts.push({ text: cut(text, at, within.end), isMatch: false });
  return parts;
}

/** What was found in one text, with what stands around it. */
function piecesOf(text: string, wanted: readonly Words[], limit: number): readonly Highlight[] {
  const places = wordsWithPlaces(text);
  const marks = merged(wanted.flatMap((words) => spansOf(text, places, words)));
  const around = merged(
    marks.map(({ start, end }) => ({
      start: Math.max(0, start - CONTEXT_CHARS),
      end: Math.min(text.length, end + CONTEXT_CHARS),
    })),
  );
  return around.slice(0, limit).map((within) => ({
    in: 'text',
    parts: partsOf(
      text,
      within,
      marks.filter(({ start, end }) => start >= within.start && end <= within.end),
    ),
  }));
}

/** The title with what was found in it marked, and up to three pieces of the texts. Plain text: showing it is the client's. */
export function highlightsOf(
  query: Query,
  { title, texts }: { readonly title: string; readonly texts: readonly string[] },
): Highlight[] {
  const wanted = wantedOf(query);
  if (wanted.length === 0) return [];
  const places = wordsWithPlaces(title);
  const marks = merged(wanted.flatMap((words) => spansOf(title, places, words)));
  const inTitle: Highlight = { in: 'title', parts: partsOf(title, { start: 0, end: title.length }, marks) };
  const anywhere = wanted.filter((words) => words.in === 'document');
  const pieces: Highlight[] = [];
  for (const text of texts) {
    if (pieces.length === MAX_PIECES) break;
    pieces.push(...piecesOf(text, anywhere, MAX_PIECES - pieces.length));
  }
  return [...(marks.length > 0 ? [inTitle] : []), ...pieces];
}
