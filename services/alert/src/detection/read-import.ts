import { createHash, randomUUID } from 'node:crypto';
import { RuleId } from '@soc/contracts/alert/rules';
import { storable } from '@soc/service-kit/parse-json';
import {
  createEngine,
  readRuleFiles,
  readRules,
  type Position,
  type Refusal,
  type SigmaFilter,
  type SigmaRule,
} from '@soc/sigma';
import type { ReadRule, RefusedRule } from '../domain/detection/read-rule.ts';
import { COMPILED_FORMAT, encodeRule } from './rule-codec.ts';
import { ownId, withOwnIds } from './rule-ids.ts';
import type { ReadingResult, ReadingTask } from './thread-protocol.ts';

/** Titles as lists show them. */
const TITLE_CHARACTERS = 500;

/** Begins the names of stored documents, which stand beside what was brought. Nobody who writes a rule knows it. */
const STORED = `\0${randomUUID()}/`;

const NO_FILES = { files: [], refusals: [] };

/** The id of a rule here. A stored one without an id of its own has one made of its file: it keeps the id it was stored under. */
const idOf = (id: string): string =>
  id.startsWith(STORED) ? id.slice(STORED.length, id.indexOf('#', STORED.length)) : ownId(id);

/** Reads what an import brought, and `surroundings` beside it, which its correlations and filters may be about. */
export function readImport({ name, bytes, surroundings, filters, isNewAtWork }: ReadingTask): ReadingResult {
  const { files, refusals: unreadable } = bytes.length === 0 ? NO_FILES : readRuleFiles(name, bytes);
  const beside = surroundings.map(({ id, text }) => ({ file: `${STORED}${id}`, text }));
  const set = readRules([...files, ...beside], { narrows: (id) => filters.get(idOf(id)) ?? isNewAtWork });
  const storedAt = new Map(surroundings.map((stored) => [`${STORED}${stored.id}`, stored]));
  const isBrought = ({ file }: Position): boolean => !storedAt.has(file);
  const unrunnable = findUnrunnable(set.rules.filter(({ position }) => isBrought(position)));
  const runnable = set.rules.filter(({ id }) => !unrunnable.has(id));
  const surrounding: string[] = [];
  const rules = [...runnable.map(asRead), ...set.filters.map(asFilter)].map((read) => {
    const origin = storedAt.get(read.file);
    if (!origin) return { ...read, file: storable(read.file) };
    surrounding.push(read.id);
    return { ...read, file: origin.file, line: origin.line };
  });
  // What is stored was read when it came.
  const refused = [...unreadable, ...set.refusals.filter(isBrought), ...unrunnable.values()];
  const heads = [...set.rules, ...set.filters].filter(({ position }) => isBrought(position));
  const brought = [...heads, ...refused].flatMap(({ id }) => (id === undefined ? [] : [idOf(id)]));
  const needsSurroundings =
    set.refusals.length + set.filters.length > 0 || set.rules.some(({ kind }) => kind === 'correlation');
  return { rules, refused: refused.map(asRefused), surrounding, brought, needsSurroundings };
}

/** Rules that no engine can run, by id, and correlations of such. */
function findUnrunnable(rules: readonly SigmaRule[]): ReadonlyMap<string, Refusal> {
  const detections = rules.filter((rule) => rule.kind === 'detection');
  const found = new Map(createEngine(detections).refusals.map((refusal) => [refusal.id ?? '', refusal]));
  const left = new Set(rules.filter((rule) => rule.kind === 'correlation'));
  for (let before = -1; found.size > before;) {
    before = found.size;
    for (const rule of left) {
      const counted = rule.rules.map((id) => found.get(id)).find((refusal) => refusal !== undefined);
      if (!counted) continue;
      const { id, title, position } = rule;
      found.set(id, { ...position, id, title, reason: `it counts ${counted.title ?? ''}: ${counted.reason}` });
      left.delete(rule);
    }
  }
  return found;
}

const asRefused = ({ file, line, reason, id, title }: Refusal): RefusedRule => ({
  file: storable(file),
  line,
  reason: storable(reason.replaceAll(STORED, 'the stored ')),
  id: id !== undefined && RuleId.safeParse(id).success ? id : null,
  title: title === undefined ? null : titleOf(title),
});

const shown = (part: string | undefined): string | null => (part === undefined ? null : storable(part));

const titleOf = (title: string): string => storable(title.slice(0, TITLE_CHARACTERS));

const hashOf = (...parts: readonly string[]): string =>
  createHash('sha256')
    .update([String(COMPILED_FORMAT), ...parts].join('\n'))
    .digest('base64url');

function asRead(rule: SigmaRule): ReadRule {
  const { logSource } = rule.kind === 'detection' ? rule : {};
  const renamed = withOwnIds(rule, idOf);
  const compiled = encodeRule({ ...renamed, position: { file: '', line: 1 } });
  const text = storable(rule.text);
  return {
    id: renamed.id,
    kind: rule.kind,
    title: titleOf(rule.title),
    level: rule.level,
    status: shown(rule.status),
    product: shown(logSource?.product),
    category: shown(logSource?.category),
    service: shown(logSource?.service),
    author: shown(rule.author),
    license: shown(rule.license),
    tags: rule.tags,
    head: {
      name: rule.name ?? null,
      description: rule.description ?? null,
      date: rule.date ?? null,
      modified: rule.modified ?? null,
      references: rule.references,
      falsePositives: rule.falsePositives,
    },
    file: rule.position.file,
    line: rule.position.line,
    text,
    contentHash: hashOf(text, compiled),
    counts: renamed.kind === 'correlation' ? renamed.rules : [],
    compiled,
  };
}

/** A filter is kept for rules that come later; what it narrows has it in its condition. */
function asFilter({ id, title, description, position, text: written, rules }: SigmaFilter): ReadRule {
  const text = storable(written);
  const [nothing, none] = [null, []];
  return {
    id: idOf(id),
    kind: 'filter',
    title: titleOf(title),
    level: 'informational',
    status: nothing,
    product: nothing,
    category: nothing,
    service: nothing,
    author: nothing,
    license: nothing,
    tags: none,
    head: {
      name: nothing,
      description: description ?? null,
      date: nothing,
      modified: nothing,
      references: none,
      falsePositives: none,
    },
    file: position.file,
    line: position.line,
    text,
    contentHash: hashOf(text),
    counts: rules.map(idOf),
    compiled: '',
  };
}
