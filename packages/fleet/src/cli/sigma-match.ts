import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import {
  createEngine,
  type DetectionRule,
  type Engine,
  eventSources,
  type EventView,
  isEventSource,
  readEvents,
  type Refusal,
  type RuleHead,
  viewEvent,
} from '@soc/sigma';
import { OperatorError } from '../operator-error.ts';
import { cannotRead } from './cannot-read.ts';
import type { CommandInput } from './command.ts';
import { RunCorrelation } from './sigma-correlate.ts';
import { describeRefusal, loadRules } from './sigma-rules.ts';

/** What is counted for the last line. */
interface Totals {
  events: number;
  matches: number;
  matched: number;
  unreadable: number;
  /** Events without any log source: only rules without one apply. */
  unknown: number;
}

/** Unreadable lines of one file that are told one by one. */
const MAX_TOLD = 20;

/**
 * Matches the events of files against rules: on standard output one JSON line a match, or, with `--explain`, one an event that
 * says why that rule matches it or not; on standard error what was refused or unreadable, and the totals.
 */
export async function matchEvents(input: CommandInput): Promise<number> {
  const source = sourceOf(input);
  const paths = input.values('events');
  if (paths.length === 0) throw new OperatorError('Say which events: --events PATH.');
  const loaded = await loadRules(input);
  const rules = loaded.rules.filter((rule) => rule.kind === 'detection');
  const engine = createEngine(rules);
  const refused = new Set(engine.refusals.map(({ id }) => id));
  const correlation = new RunCorrelation(loaded.rules.filter(({ id }) => !refused.has(id)));
  const refusals = [...loaded.refusals, ...engine.refusals, ...correlation.refusals];
  for (const refusal of refusals) input.remark(describeRefusal(refusal));
  const told = createTeller(input, { engine, correlation, rules, refusals });
  const totals: Totals = { events: 0, matches: 0, matched: 0, unreadable: 0, unknown: 0 };
  const startedMs = performance.now();
  for (const path of paths) {
    for (const file of await eventFilesAt(path)) await matchFile(file, { input, source, told, totals });
  }
  for (const { rule, file, line, group, events } of correlation.end()) {
    input.print(JSON.stringify({ ...head(rule), file, line, group, events }));
    totals.matches += 1;
  }
  const seconds = (performance.now() - startedMs) / 1000;
  const correlations = loaded.rules.length - rules.length - correlation.refusals.length;
  input.remark(describeTotals(totals, engine.rules + correlations, refusals.length, seconds));
  if (correlation.left > 0) {
    input.remark(`${correlation.left} matches were not correlated: no readable time, or more than memory is kept for.`);
  }
  return 0;
}

function sourceOf(input: CommandInput): string | undefined {
  const source = input.value('source');
  if (source === undefined || isEventSource(source)) return source;
  const form = 'product=…,service=…,category=…';
  throw new OperatorError(`Nobody knows the source ${source}. It is ${form} or one of ${eventSources.join(', ')}.`);
}

type Teller = (view: EventView, file: string, line: number) => number;

interface Rules {
  readonly engine: Engine;
  readonly correlation: RunCorrelation;
  readonly rules: readonly DetectionRule[];
  readonly refusals: readonly Refusal[];
}

/** Prints what is to be said of an event and returns the number of matches. */
function createTeller(input: CommandInput, { engine, correlation, rules, refusals }: Rules): Teller {
  const explained = input.value('explain');
  if (explained === undefined) {
    return (view, file, line) => {
      const matches = correlation.take(view, engine.match(view), { file, line });
      for (const { rule } of matches) input.print(JSON.stringify({ ...head(rule), file, line }));
      return matches.length;
    };
  }
  const rule = rules.find(({ id }) => id === explained);
  if (!rule) {
    const refusal = refusals.find(({ id }) => id === explained);
    const why = refusal ? `: ${describeRefusal(refusal)}` : ' among the detection rules that load';
    throw new OperatorError(`There is no rule ${explained}${why}.`);
  }
  return (view, file, line) => {
    const explanation = engine.explain(explained, view);
    input.print(JSON.stringify({ ...head(rule), file, line, ...explanation }));
    return explanation.outcome === 'matched' ? 1 : 0;
  };
}

const head = ({ id, title, level }: RuleHead) => ({ ruleId: id, title, level });

/** A file itself; of a folder all that are events by their names, in order. */
async function eventFilesAt(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch(cannotRead(path));
  if (!found.isDirectory()) return [path];
  const entries = await readdir(path, { recursive: true, withFileTypes: true }).catch(cannotRead(path));
  return entries
    .filter((entry) => entry.isFile() && /\.(?:json|jsonl|ndjson|log)(?:\.gz)?$/i.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .toSorted((a, b) => (a < b ? -1 : 1));
}

/** The text of a file in pieces, unpacked where it is gzip by its name. */
async function* piecesOf(file: string): AsyncGenerator<string> {
  const bytes = createReadStream(file, { highWaterMark: 1024 * 1024 });
  // An error ends the pipe for its reader too: the callback has nothing to add.
  const stream = /\.gz$/i.test(file) ? pipeline(bytes, createGunzip(), () => {}) : bytes;
  const decoder = new TextDecoder();
  try {
    for await (const piece of stream) yield decoder.decode(piece as Uint8Array, { stream: true }); // no encoding is set
  } catch (error) {
    cannotRead(file)(error);
  }
  yield decoder.decode();
}

interface Run {
  readonly input: CommandInput;
  readonly source: string | undefined;
  readonly told: Teller;
  readonly totals: Totals;
}

async function matchFile(file: string, { input, source, told, totals }: Run): Promise<void> {
  const keepsText = source?.includes('=') ?? false;
  let unreadable = 0;
  for await (const some of readEvents(piecesOf(file), { nowMs: Date.now(), keepsText })) {
    for (const read of some) {
      if ('reason' in read) {
        unreadable += 1;
        if (unreadable <= MAX_TOLD) input.remark(`${file}:${read.line}: ${read.reason}`);
      } else tellEvent(viewEvent(read.event, source), file, read.line);
    }
    if (input.interrupted.aborted) break;
  }
  if (unreadable > MAX_TOLD) input.remark(`${file}: ${unreadable - MAX_TOLD} more such lines.`);
  totals.unreadable += unreadable;

  function tellEvent(view: EventView, path: string, line: number): void {
    const matches = told(view, path, line);
    totals.events += 1;
    totals.matches += matches;
    if (matches > 0) totals.matched += 1;
    if (view.product === undefined && view.services.length + view.categories.length === 0) totals.unknown += 1;
  }
}

function describeTotals(totals: Totals, rules: number, refused: number, seconds: number): string {
  const { events, matches, matched, unreadable, unknown } = totals;
  const rate = seconds > 0 ? Math.round(events / seconds) : events;
  const parts = [
    `${events} events against ${rules} rules (${refused} refused) in ${seconds.toFixed(2)} s, ${rate} a second`,
    `${matches} matches of ${matched} events`,
  ];
  if (unreadable > 0) parts.push(`${unreadable} lines are no events`);
  if (unknown > 0) parts.push(`${unknown} events have no log source that is known`);
  return `${parts.join('; ')}.`;
}
