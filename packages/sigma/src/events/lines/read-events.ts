import { isObject, type JsonObject } from '../event-fields.ts';
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
  let reader: PieceReader | undefined;
  let held = '';
  for await (const piece of pieces) {
    if (reader) {
      yield reader.take(piece);
      continue;
    }
    held += piece;
    reader = chooseReader(held, options, false);
    if (reader) yield reader.take(held.startsWith('\uFEFF') ? held.slice(1) : held);
  }
  if (reader) yield reader.end();
  else {
    const last = chooseReader(held, options, true);
    yield [...last.take(held.startsWith('\uFEFF') ? held.slice(1) : held), ...last.end()];
  }
}

interface PieceReader {
  take(piece: string): ReadEvent[];
  end(): ReadEvent[];
}

function chooseReader(start: string, options: EventLineOptions, isAll: true): PieceReader;
function chooseReader(start: string, options: EventLineOptions, isAll: boolean): PieceReader | undefined;

/** By the first line that is not blank: a whole object is NDJSON, the beginning of a list or an object is JSON over lines. */
function chooseReader(start: string, options: EventLineOptions, isAll: boolean): PieceReader | undefined {
  const text = start.replace(/^[\uFEFF\s]+/, '');
  const end = text.indexOf('\n');
  if (text.startsWith('[')) return new ObjectReader();
  if (end < 0 && !isAll && text.length < MAX_CHARACTERS) return undefined;
  const first = end < 0 ? text : text.slice(0, end);
  return first.startsWith('{') && !isJson(first) ? new ObjectReader() : new LineReader(options);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

class LineReader implements PieceReader {
  readonly #read: (text: string) => EventLine;
  #line = 0;
  #rest = '';

  constructor(options: EventLineOptions) {
    this.#read = createEventLineReader(options);
  }

  take(piece: string): ReadEvent[] {
    if (!piece.includes('\n')) {
      if (this.#rest.length <= MAX_CHARACTERS) this.#rest += piece;
      return [];
    }
    const lines = (this.#rest + piece).split('\n');
    this.#rest = lines.pop() ?? '';
    return lines.flatMap((text) => this.#readLine(text));
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
  readonly #objects = new JsonObjects(MAX_CHARACTERS);
  readonly #read = createEventLineReader({ nowMs: 0 });

  take(piece: string): ReadEvent[] {
    return this.#objects.take(piece).flatMap(({ line, text }) => {
      if (text === undefined) return [{ line, reason: 'the object is too long' }];
      const read = this.#read(text);
      return read === null ? [] : located(line, read);
    });
  }

  end(): ReadEvent[] {
    const rest = this.#objects.rest();
    return rest === undefined ? [] : [{ line: rest.line, reason: 'the file ends within this object' }];
  }
}

function located(line: number, read: NonNullable<EventLine>): ReadEvent[] {
  if ('reason' in read) return [{ line, reason: read.reason }];
  const records = read.event['Records'];
  if (!Array.isArray(records)) return [{ line, event: read.event }];
  return records.map((event: unknown) =>
    isObject(event) ? { line, event } : { line, reason: 'a record of the list is no object' },
  );
}
