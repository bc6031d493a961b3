import { isObject, type JsonObject } from '../event-fields.ts';
import { Beginning, type Layout } from './beginning.ts';
import { createEventLineReader, type EventLine, type EventLineOptions } from './event-line.ts';
import { JsonObjects } from './json-values.ts';

/** An event of a file, or what is none and why; `line` counts from 1 and is where it begins. */
export type ReadEvent =
  | { readonly line: number; readonly event: JsonObject }
  | { readonly line: number; readonly reason: string };

/** A line or object longer than this is refused: nobody's event is, and it must fit into memory. */
const MAX_CHARACTERS = 16 * 1024 * 1024;

/**
 * Reads the events of a file that comes in pieces: NDJSON, JSON lists and objects laid out over lines, files of CloudTrail
 * (`{"Records": […]}`), and the logs that `createEventLineReader` reads. One event is in memory at a time, but for a file of
 * CloudTrail, which is one object.
 */
export async function* readEvents(
  pieces: AsyncIterable<string>,
  options: EventLineOptions,
): AsyncGenerator<readonly ReadEvent[]> {
  const beginning = new Beginning(MAX_CHARACTERS);
  const open = (layout: Layout): PieceReader =>
    layout === 'lines' ? new LineReader(options, beginning.line) : new ObjectReader(beginning.line);
  let reader: PieceReader | undefined;
  for await (const piece of pieces) {
    if (reader) {
      yield reader.take(piece);
      continue;
    }
    const layout = beginning.take(piece);
    if (layout === undefined) continue;
    reader = open(layout);
    yield reader.take(beginning.text);
  }
  if (reader) yield reader.end();
  else {
    const last = open(beginning.end());
    yield [...last.take(beginning.text), ...last.end()];
  }
}

const BEYOND_LATIN_1 = /[^\0-\u00ff]/;

/**
 * A line cut out of a text with one character beyond Latin-1 takes two bytes a character, and whatever reads it takes half as
 * long again; one made of its bytes takes as many as it needs.
 */
const ofItsOwn = (line: string): string => Buffer.from(line).toString();

interface PieceReader {
  take(piece: string): ReadEvent[];
  end(): ReadEvent[];
}

class LineReader implements PieceReader {
  readonly #read: (text: string) => EventLine;
  #line: number;
  #rest = '';

  constructor(options: EventLineOptions, firstLine: number) {
    this.#read = createEventLineReader(options);
    this.#line = firstLine - 1;
  }

  take(piece: string): ReadEvent[] {
    if (!piece.includes('\n')) {
      if (this.#rest.length <= MAX_CHARACTERS) this.#rest += piece;
      return [];
    }
    const text = this.#rest + piece;
    const lines = text.split('\n');
    this.#rest = lines.pop() ?? '';
    const isWide = BEYOND_LATIN_1.test(text);
    return lines.flatMap((line) => this.#readLine(isWide ? ofItsOwn(line) : line));
  }

  end(): ReadEvent[] {
    return this.#rest === '' ? [] : this.#readLine(this.#rest);
  }

  #readLine(text: string): ReadEvent[] {
    this.#line += 1;
    if (text.length > MAX_CHARACTERS) return [{ line: this.#line, reason: 'the line is too long' }];
    const read = this.#read(text);
    return read === null ? [] : located(this.#line, read);
  }
}

class ObjectReader implements PieceReader {
  readonly #objects: JsonObjects;
  readonly #read = createEventLineReader({ nowMs: 0 });

  constructor(firstLine: number) {
    this.#objects = new JsonObjects(MAX_CHARACTERS, firstLine);
  }

  take(piece: string): ReadEvent[] {
    return this.#objects.take(piece).flatMap((found) => {
      if ('reason' in found) return [found];
      const read = this.#read(found.text);
      return read === null ? [] : located(found.line, read);
    });
  }

  end(): ReadEvent[] {
    return this.#objects.end();
  }
}

function located(line: number, read: NonNullable<EventLine>): ReadEvent[] {
  if ('reason' in read) return [{ line, reason: read.reason }];
  const records = read.event['Records'];
  if (!Array.isArray(records)) return [{ line, event: read.event }];
  const events = records.map((event: unknown) =>
    isObject(event) ? { line, event } : { line, reason: 'a record of the list is no object' },
  );
  const ignored = Object.keys(read.event).flatMap((name) => (name === 'Records' ? [] : [name.slice(0, 50)]));
  if (ignored.length > 0) {
    events.push({ line, reason: `not read, for it is beside Records: ${ignored.slice(0, 5).join(', ')}` });
  }
  return events.length > 0 ? events : [{ line, reason: 'the list of Records is empty' }];
}
