import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { env } from 'node:process';
import { createEngine, type Engine } from './engine/engine.ts';
import { viewEvent } from './events/view-event.ts';
import type { EventView } from './event-view.ts';
import { readRuleFiles } from './read/rule-files.ts';
import { readRules } from './read/read-rules.ts';
import type { DetectionRule, RuleSet } from './rule.ts';

const shared = env['SOC_SHARED_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname;

/** Where a file of the shared data is. */
export const sharedPath = (path: string): string => join(shared, path);

/** Whether the shared data is on this machine. */
export const hasSharedData = existsSync(sharedPath('01-sigma-rules'));

export interface SigmaHq {
  /** YAML files of the archive. */
  readonly files: number;
  readonly set: RuleSet;
  readonly engine: Engine;
  readonly byId: ReadonlyMap<string, DetectionRule>;
}

let loaded: SigmaHq | undefined;

/** SigmaHQ's rules, read and compiled once for all tests of a process: that takes seconds. */
export function sigmaHq(): SigmaHq {
  loaded ??= load();
  return loaded;
}

function load(): SigmaHq {
  const archive = readRuleFiles('sigma', readFileSync(sharedPath('01-sigma-rules/sigma-rules.tar.gz')));
  const set = readRules(archive.files);
  const rules = set.rules.filter((rule) => rule.kind === 'detection');
  return {
    files: archive.files.length,
    set: { ...set, refusals: [...archive.refusals, ...set.refusals] },
    engine: createEngine(rules),
    byId: new Map(rules.map((rule) => [rule.id, rule])),
  };
}

/** Shared files of a pattern, relative to a folder of the shared data, in order. */
export const sharedFiles = (folder: string, pattern: string): readonly string[] =>
  globSync(pattern, { cwd: sharedPath(folder) }).toSorted();

/** The lines of a shared file of NDJSON, parsed; blank ones are left out. */
export function sharedLines<T>(path: string): readonly T[] {
  const lines = readFileSync(sharedPath(path), 'utf8').split('\n');
  // The tests say what each file holds; nothing is checked of it.
  return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
}

/** Ids of the rules that an event matches. */
export const matchesOf = (event: Parameters<typeof viewEvent>[0], source?: string): readonly string[] =>
  sigmaHq()
    .engine.match(viewEvent(event, source) satisfies EventView)
    .map(({ rule }) => rule.id);
