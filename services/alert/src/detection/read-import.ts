import { createHash } from 'node:crypto';
import { RuleId } from '@soc/contracts/alert/rules';
import { storable } from '@soc/service-kit/parse-json';
import { readRuleFiles, readRules, type Refusal, type SigmaFilter, type SigmaRule } from '@soc/sigma';
import type { ReadRule, RefusedRule } from '../domain/detection/read-rule.ts';
import { COMPILED_FORMAT, encodeRule } from './rule-codec.ts';
import { ownId, withOwnIds } from './rule-ids.ts';
import type { ReadingResult, ReadingTask } from './thread-protocol.ts';

/** Titles as lists show them. */
const TITLE_CHARACTERS = 500;

/** Begins the names of stored documents, which stand beside what was brought. No file in an archive has a NUL in its name. */
const STORED = '\0stored/';

const NO_FILES = { files: [], refusals: [] };

/** Reads what an import brought, and `surroundings` beside it, which its correlations and filters may be about. */
export function readImport({ name, bytes, surroundings }: ReadingTask): ReadingResult {
  const { files, refusals: unreadable } = bytes.length === 0 ? NO_FILES : readRuleFiles(name, bytes);
  const beside = surroundings.map(({ id, text }) => ({ file: `${STORED}${id}`, text }));
  const set = readRules([...files, ...beside]);
  const storedAt = new Map(surroundings.map((stored) => [`${STORED}${stored.id}`, stored]));
  const refused = unreadable.map(asRefused);
  for (const refusal of set.refusals) {
    // What is stored was read when it came.
    if (!refusal.file.startsWith(STORED)) refused.push(asRefused(refusal));
  }
  const surrounding: string[] = [];
  const rules = [...set.rules.map(asRead), ...set.filters.map(asFilter)].map((read) => {
    const origin = storedAt.get(read.file);
    if (!origin) return { ...read, file: storable(read.file) };
    surrounding.push(read.id);
    return { ...read, file: origin.file, line: origin.line };
  });
  const needsSurroundings = files.some(({ text }) => /^(?:correlation|filter)\s*:/m.test(text));
  return { rules, refused, surrounding, needsSurroundings };
}

const asRefused = ({ file, line, reason, id, title }: Refusal): RefusedRule => ({
  file: storable(file),
  line,
  reason: storable(reason),
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
  const renamed = withOwnIds(rule);
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
    id: ownId(id),
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
    counts: rules.map(ownId),
    compiled: '',
  };
}
