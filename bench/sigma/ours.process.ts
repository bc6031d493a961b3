// Our engine in a process of its own: rules and events as files come as arguments, figures go as one line of JSON.
import { createReadStream, globSync, readFileSync } from 'node:fs';
import process from 'node:process';
import {
  createEngine,
  type DetectionRule,
  type Engine,
  type EventView,
  type JsonObject,
  readRules,
  viewEvent,
} from '@soc/sigma';
import type { OurFigures } from './our-figures.ts';

/** Views kept to measure the parts alone: one round of the real events. */
const ROUND = 3_601;
const ROUNDS = 30;
const SIZES = [100, 1_000];

// The corpus has objects alone.
const parse = (line: string): JsonObject => JSON.parse(line) as JsonObject;

const [, , rulesDirectory = '', eventsFile = ''] = process.argv;

function cpuOf<T>(work: () => T): { readonly us: number; readonly result: T } {
  const before = process.cpuUsage();
  const result = work();
  const { user, system } = process.cpuUsage(before);
  return { us: user + system, result };
}

const heapMb = (): number => {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed / 1e6;
};

function load() {
  const emptyMb = heapMb();
  const files = globSync(`${rulesDirectory}/*.yml`).map((file) => ({ file, text: readFileSync(file, 'utf8') }));
  const read = cpuOf(() => readRules(files).rules.filter((rule) => rule.kind === 'detection'));
  const rulesMb = heapMb();
  const compiled = cpuOf(() => createEngine(read.result));
  return { rules: read.result, engine: compiled.result, readUs: read.us, compileUs: compiled.us, emptyMb, rulesMb };
}

const NEWLINE = 0x0a;

/** In parts of 256 KiB, each line a text of its own, as the alert service cuts what it receives. */
async function* partsOf(file: string): AsyncGenerator<readonly string[]> {
  let rest = Buffer.alloc(0);
  const parts: AsyncIterable<Buffer> = createReadStream(file, { highWaterMark: 2 ** 18 });
  for await (const part of parts) {
    const bytes = Buffer.concat([rest, part]);
    const lines: string[] = [];
    let start = 0;
    for (let end = bytes.indexOf(NEWLINE); end >= 0; end = bytes.indexOf(NEWLINE, start)) {
      lines.push(bytes.toString('utf8', start, end));
      start = end + 1;
    }
    rest = bytes.subarray(start);
    yield lines;
  }
  if (rest.length > 0) yield [rest.toString()];
}

/** Every event from its line of JSON to its matches. */
async function streamAll(engine: Engine) {
  const [cpu, startedAtMs] = [process.cpuUsage(), performance.now()];
  let [events, matches] = [0, 0];
  for await (const lines of partsOf(eventsFile)) {
    for (const line of lines) matches += engine.match(viewEvent(parse(line))).length;
    events += lines.length;
  }
  const { user, system } = process.cpuUsage(cpu);
  return { events, matches, cpuUs: (user + system) / events, wallMs: performance.now() - startedAtMs };
}

async function firstLines(): Promise<readonly string[]> {
  const lines: string[] = [];
  for await (const part of partsOf(eventsFile)) {
    lines.push(...part);
    if (lines.length >= ROUND) break;
  }
  return lines.slice(0, ROUND);
}

const matchUs = (engine: Engine, views: readonly EventView[]): number => {
  const round = (): void => views.forEach((view) => engine.match(view));
  round();
  return cpuOf(() => Array.from({ length: ROUNDS }, round)).us / ROUNDS / views.length;
};

/** Every so many-th of the rules, so that they are for the same logs in the same shares. */
const sample = (rules: readonly DetectionRule[], size: number): readonly DetectionRule[] =>
  Array.from({ length: size }, (_, index) => rules[Math.floor((index * rules.length) / size)]).filter(
    (rule) => rule !== undefined,
  );

const { rules, engine, readUs, compileUs, emptyMb, rulesMb } = load();
const engineMb = heapMb();
const streamed = await streamAll(engine);
const rssMb = process.memoryUsage().rss / 1e6;
const lines = await firstLines();
const parseUs = cpuOf(() => lines.forEach((line) => void parse(line))).us / lines.length;
const views = lines.map((line) => viewEvent(parse(line)));
const sampled = SIZES.map((size) => matchUs(createEngine(sample(rules, size)), views));
const figures: OurFigures = {
  rules: engine.rules,
  ...streamed,
  readS: readUs / 1e6,
  compileS: compileUs / 1e6,
  rssMb,
  rulesHeapMb: rulesMb - emptyMb,
  engineHeapMb: engineMb - rulesMb,
  parseUs,
  matchUs: matchUs(engine, views),
  matchUs100: sampled[0] ?? 0,
  matchUs1000: sampled[1] ?? 0,
};
console.log(JSON.stringify(figures));
