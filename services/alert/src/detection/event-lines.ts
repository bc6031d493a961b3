import { EVENTS_MAX_REJECTED } from '@soc/contracts/alert/events-ingest';
import type { RejectedLine } from '@soc/contracts/alert/ingest';
import { parseJson } from '@soc/service-kit/parse-json';
import { isObject, type JsonObject } from '../domain/normalise/json-path.ts';
import { type EventView, viewEvent } from '@soc/sigma';

/** An event of a block. */
export interface EventLine {
  readonly index: number;
  readonly text: string;
  readonly value: JsonObject;
  readonly view: EventView;
}

const DETAIL_CHARACTERS = 200;

const rejectedLine = (index: number, code: string, detail: string): RejectedLine => ({
  index,
  code,
  detail: detail.slice(0, DETAIL_CHARACTERS).toWellFormed(),
});

function readLine(index: number, text: string, source: string | undefined): EventLine | RejectedLine {
  try {
    const value = parseJson(text);
    if (!isObject(value)) return rejectedLine(index, 'event.malformed', 'an event is an object');
    return { index, text, value, view: viewEvent(value, source) };
  } catch (error) {
    const detail = error instanceof SyntaxError ? error.message : 'it cannot be read: nested too deeply';
    return rejectedLine(index, 'event.malformed', detail);
  }
}

const NEWLINE = 0x0a;

/**
 * Each line of UTF-8 as a text of its own. Cut out of the text of all, every line would take two bytes a character as soon as
 * one of them holds one beyond Latin-1, and whatever reads them takes half as long again.
 */
function* linesOf(ndjson: Uint8Array): Generator<string> {
  const bytes = Buffer.from(ndjson.buffer, ndjson.byteOffset, ndjson.byteLength);
  let start = 0;
  for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
    yield bytes.toString('utf8', start, end);
    start = end + 1;
  }
  yield bytes.toString('utf8', start);
}

/** The events of NDJSON as rules see them. Blank lines are nothing; what is no event is told by its place among the others. */
export function readEventLines(
  ndjson: Uint8Array,
  source: string | undefined,
  each: (event: EventLine) => void,
): { readonly events: number; readonly rejected: readonly RejectedLine[] } {
  const rejected: RejectedLine[] = [];
  let events = 0;
  for (const line of linesOf(ndjson)) {
    const text = line.trim();
    if (text === '') continue;
    const read = readLine(events, text, source);
    events += 1;
    if ('view' in read) each(read);
    else rejected.push(read);
    // The body is given up for it; reading on would cost, and tell nobody anything.
    if (rejected.length > EVENTS_MAX_REJECTED) break;
  }
  return { events, rejected };
}
