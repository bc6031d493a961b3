import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { treeMs } from '../cpu.ts';
import type { Corpus } from './corpus.ts';

/** The newest that Rust 1.95 compiles; without its default features it does not compile. */
const VERSION = '0.23.0';
const FEATURES = ['--features', 'daachorse-index'];

const root = (): string =>
  process.env['RSIGMA_ROOT'] ??
  join(process.env['XDG_CACHE_HOME'] ?? join(homedir(), '.cache'), `soc-bench/rsigma-${VERSION}`);

/** The command, installed if it is not there; undefined, with the reason said, where it cannot be. */
export function installRsigma(say: (line: string) => void): string | undefined {
  const command = join(root(), 'bin/rsigma');
  if (existsSync(command)) return command;
  try {
    say(`rsigma ${VERSION} is compiled once, which takes a while`);
    const install = ['install', 'rsigma', '--version', VERSION, '--locked', ...FEATURES, '--root', root()];
    execFileSync('cargo', install, { stdio: ['ignore', 'ignore', 'inherit'] });
    return command;
  } catch (error) {
    say(`no rsigma, and so no peer: ${error instanceof Error ? error.message : String(error)}`);
    return undefined;
  }
}

interface Run {
  readonly cpuMs: number;
  readonly wallMs: number;
}

async function run(command: string, rules: string, events: string, options: readonly string[]): Promise<Run> {
  const [startedAtMs, cpuMs] = [performance.now(), await treeMs(process.pid)];
  const eval_ = ['engine', 'eval', '--rules', rules, '--event', `@${events}`, '--logsource-routing', '--no-detections'];
  const child = spawn('taskset', ['-c', '0', command, ...eval_, ...options], { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  // What a child process says when it closes: its exit code first.
  const [code] = (await once(child, 'close')) as [number | null];
  if (code !== 0) throw new Error(`rsigma ended with ${code}: ${said.slice(-500)}`);
  return { cpuMs: (await treeMs(process.pid)) - cpuMs, wallMs: performance.now() - startedAtMs };
}

export interface PeerFigures {
  readonly cpuUs: number;
  readonly perS: number;
  readonly loadS: number;
  readonly options: readonly string[];
}

/** Its optional indexes, of which it is given the fastest. */
const OPTIONS: readonly (readonly string[])[] = [[], ['--bloom-prefilter'], ['--cross-rule-ac']];

async function measure(command: string, corpus: Corpus, options: readonly string[]): Promise<PeerFigures> {
  const loading = await run(command, corpus.rulesDirectory, corpus.oneEventFile, options);
  const all = await run(command, corpus.rulesDirectory, corpus.eventsFile, options);
  return {
    cpuUs: ((all.cpuMs - loading.cpuMs) * 1_000) / corpus.events,
    perS: corpus.events / ((all.wallMs - loading.wallMs) / 1_000),
    loadS: loading.cpuMs / 1_000,
    options,
  };
}

/** Measures rsigma on the corpus, with its fastest index where none is named; loading the rules is measured apart and taken off. */
export async function measureRsigma(
  command: string,
  corpus: Corpus,
  say: (line: string) => void,
  named?: PeerFigures,
): Promise<PeerFigures> {
  const figures: PeerFigures[] = [];
  for (const options of named ? [named.options] : OPTIONS) {
    const measured = await measure(command, corpus, options);
    say(
      `rsigma ${options.join(' ')}: ${measured.cpuUs.toFixed(1)} µs an event, loaded in ${measured.loadS.toFixed(2)} s`,
    );
    figures.push(measured);
  }
  const [fastest] = figures.toSorted((a, b) => a.cpuUs - b.cpuUs);
  if (!fastest) throw new Error('nothing was measured');
  return fastest;
}
