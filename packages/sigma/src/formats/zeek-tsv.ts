import { canonicalValue, type ZeekValue } from './zeek-values.ts';

/** A record of a Zeek log, as Zeek's JSON writer would have written it: dotted names, unset fields left out. */
export interface ZeekRecord {
  /** The log's path, e.g. `conn` or `notice`; empty where the header names none. */
  readonly path: string;
  /** Counts from 1. */
  readonly line: number;
  /** The line as it was. */
  readonly text: string;
  /** The lines of the header above it, without which it cannot be read. */
  readonly header: string;
  readonly fields: Readonly<Record<string, ZeekValue>>;
  /** Fields whose text is none of their type, e.g. a time that was X-ed out; they are in `fields` as text. */
  readonly unreadable: readonly string[];
}

export interface ZeekProblem {
  readonly line: number;
  readonly reason: string;
}

/** Every line is in one of the two, but for blank ones and the header's. */
export interface ZeekLog {
  readonly records: readonly ZeekRecord[];
  readonly problems: readonly ZeekProblem[];
}

/** What no log reaches: Zeek's widest has a header of some 2,000 characters. Each record keeps its header. */
const MAX_HEADER_LENGTH = 16_384;

const HEADER_LINE = /^#(separator|set_separator|empty_field|unset_field|path|open|close|fields|types)(?:\W|$)/;

interface Header {
  separator: string;
  setSeparator: string;
  empty: string;
  unset: string;
  path: string;
  fields: readonly string[];
  types: readonly string[];
  /** The newest of each kind. */
  readonly lines: Map<string, string>;
  /** The lines as one text; undefined until a record asks for it. */
  text: string | undefined;
}

const freshHeader = (): Header => ({
  separator: '\t',
  setSeparator: ',',
  empty: '(empty)',
  unset: '-',
  path: '',
  fields: [],
  types: [],
  lines: new Map(),
  text: undefined,
});

/** Whether a text is a log in Zeek's own format, by its first line. */
export const isZeekTsv = (text: string): boolean => /^#(?:separator|fields|path)[ \t]/.test(text);

/**
 * Reads a log in Zeek's ASCII format (tab-separated with `#separator`, `#fields` and `#types`). Logs may follow one another in
 * one text, each with its header. A line without a header, or with another number of fields, is a problem with its number.
 */
export function parseZeekTsv(text: string): ZeekLog {
  const records: ZeekRecord[] = [];
  const problems: ZeekProblem[] = [];
  const lines = new ZeekLines();
  for (const [index, written] of text.split('\n').entries()) {
    const line = written.replace(/\r$/, '');
    if (lines.takesHeader(line) || line.trim() === '') continue;
    const record = lines.read(line, index + 1);
    if ('reason' in record) problems.push(record);
    else records.push(record);
  }
  return { records, problems };
}

/** Reads such logs line by line. */
export class ZeekLines {
  #header = freshHeader();

  /** Whether the line belongs to a header; it is remembered. */
  takesHeader(line: string): boolean {
    const kind = HEADER_LINE.exec(line)?.[1];
    if (kind === undefined) return false;
    if (line.startsWith('#separator ')) this.#header = freshHeader();
    readHeader(line, this.#header);
    if (isEffective(line, kind, this.#header)) {
      this.#header.lines.set(kind, line);
      this.#header.text = undefined;
    }
    return true;
  }

  get hasFields(): boolean {
    return this.#header.fields.length > 0;
  }

  /** A line that is no header's; `number` counts from 1. */
  read(line: string, number: number): ZeekRecord | ZeekProblem {
    return readRecord(line, number, this.#header);
  }
}

/** What says nothing must not take the place of what does. */
const isEffective = (line: string, kind: string, { separator }: Header): boolean =>
  kind === 'separator' ? line.startsWith('#separator ') : line.split(separator, 1)[0] === `#${kind}`;

/** Added up rather than joined: V8 keeps such a text as the lines it is made of, which headers that differ in one line share. */
function headerText(header: Header): string {
  let text = '';
  for (const line of header.lines.values()) text = text === '' ? line : `${text}\n${line}`;
  return text;
}

function readHeader(line: string, header: Header): void {
  if (line.startsWith('#separator ')) {
    header.separator = unescapeBytes(line.slice('#separator '.length)) || '\t';
    return;
  }
  const [name, ...rest] = line.split(header.separator);
  const [first = ''] = rest;
  if (name === '#set_separator') header.setSeparator = first || ',';
  else if (name === '#empty_field') header.empty = first;
  else if (name === '#unset_field') header.unset = first;
  else if (name === '#path') header.path = first;
  else if (name === '#fields') header.fields = rest;
  else if (name === '#types') header.types = rest;
}

function readRecord(line: string, number: number, header: Header): ZeekRecord | ZeekProblem {
  if (header.fields.length === 0) return { line: number, reason: 'no #fields line comes before it' };
  header.text ??= headerText(header);
  if (header.text.length > MAX_HEADER_LENGTH) return { line: number, reason: 'the header above it is too long' };
  const cells = line.split(header.separator);
  if (cells.length !== header.fields.length) {
    return { line: number, reason: `${cells.length} fields where the header names ${header.fields.length}` };
  }
  const fields: [string, ZeekValue][] = [];
  const unreadable: string[] = [];
  for (const [column, name] of header.fields.entries()) {
    const read = readCell(cells[column] ?? '', header.types[column] ?? 'string', header);
    if (read === undefined) continue;
    fields.push([name, read.value]);
    if (!read.isReadable) unreadable.push(name);
  }
  return {
    path: header.path,
    line: number,
    text: line,
    header: header.text,
    fields: Object.fromEntries(fields),
    unreadable,
  };
}

interface Cell {
  readonly value: ZeekValue;
  readonly isReadable: boolean;
}

/** Undefined for an unset field. */
function readCell(cell: string, type: string, header: Header): Cell | undefined {
  if (cell === header.unset) return undefined;
  const inner = /^(?:set|vector|table|list)\[(.*)\]$/.exec(type)?.[1];
  if (inner === undefined) {
    return cell === header.empty ? { value: '', isReadable: true } : canonicalValue(unescapeBytes(cell), type);
  }
  if (cell === header.empty) return { value: [], isReadable: true };
  const elements = cell
    .split(header.setSeparator)
    .map((element) =>
      element === header.unset ? { value: null, isReadable: true } : canonicalValue(unescapeBytes(element), inner),
    );
  return { value: elements.map(({ value }) => value), isReadable: elements.every(({ isReadable }) => isReadable) };
}

/** `\x09` is the byte; runs of bytes beyond ASCII are read as UTF-8, and stay as written where they are none. */
function unescapeBytes(text: string): string {
  if (!text.includes('\\x')) return text;
  return text.replaceAll(/(?:\\x[\da-fA-F]{2})+/g, (run) => {
    const bytes = Uint8Array.from(run.slice(2).split('\\x'), (hex) => Number.parseInt(hex, 16));
    try {
      return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    } catch {
      // Not text: the escapes are the most readable form of such bytes.
      return run;
    }
  });
}
