import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createEngine, type Engine } from './engine/engine.ts';
import { readRuleFiles } from './read/rule-files.ts';
import { readRules } from './read/read-rules.ts';
import type { DetectionRule, RuleSet } from './rule.ts';

export interface SigmaHq {
  /** YAML files of the archive. */
  readonly files: number;
  readonly set: RuleSet;
  readonly engine: Engine;
  readonly byId: ReadonlyMap<string, DetectionRule>;
}

/** SigmaHQ's rules, read and compiled: that takes seconds. */
export function loadSigmaHq(shared: SharedData): SigmaHq {
  const archive = readRuleFiles('sigma', readFileSync(shared.path('01-sigma-rules/sigma-rules.tar.gz')));
  const set = readRules(archive.files);
  const rules = set.rules.filter((rule) => rule.kind === 'detection');
  return {
    files: archive.files.length,
    set: { ...set, refusals: [...archive.refusals, ...set.refusals] },
    engine: createEngine(rules),
    byId: new Map(rules.map((rule) => [rule.id, rule])),
  };
}

/** The shared data, read by path. */
export interface SharedData {
  /** Whether it is on this machine. */
  readonly isThere: boolean;
  readonly path: (path: string) => string;
  /** Paths of a pattern, relative to a folder of the data, in order. */
  readonly files: (folder: string, pattern: string) => readonly string[];
  /** The lines of a file of NDJSON, parsed; blank ones are left out. */
  readonly lines: <T>(path: string) => readonly T[];
}

export function sharedData(root: string): SharedData {
  const path = (relative: string): string => join(root, relative);
  return {
    isThere: existsSync(path('01-sigma-rules')),
    path,
    files: (folder, pattern) => globSync(pattern, { cwd: path(folder) }).toSorted(),
    lines: <T>(relative: string) => {
      const lines = readFileSync(path(relative), 'utf8').split('\n');
      // The tests say what each file holds; nothing is checked of it.
      return lines.filter((line) => line.trim() !== '').map((line) => JSON.parse(line) as T);
    },
  };
}
