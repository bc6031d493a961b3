import { createHash } from 'node:crypto';
import { RuleId } from '@soc/contracts/alert/rules';
import { storable } from '@soc/service-kit/parse-json';
import { readRuleFiles, readRules, type Refusal, type SigmaRule } from '@soc/sigma';
import type { ReadRule, RefusedRule } from '../domain/detection/read-rule.ts';
import { COMPILED_FORMAT, encodeRule } from './rule-codec.ts';
import { withOwnIds } from './rule-ids.ts';
import type { ReadingResult, ReadingTask } from './thread-protocol.ts';

/** Titles as lists show them. */
const TITLE_CHARACTERS = 500;

/** Begins the names of stored documents, which stand beside what was brought. No file in an archive has a NUL in its name. */
const STORED = '\0stored/';

/** Reads what an import brought; `surroundings` are read beside it where it holds correlations or filters. */
export function readImport({ name, bytes, surroundings }: ReadingTask): ReadingResult {
  const { files, refusals: unreadable } = readRuleFiles(name, bytes);
  const needsSurroundings = files.some(({ text }) => /^(?:correlation|filter)\s*:/m.test(text));
  const beside = surroundings.map(({ id, text }) => ({ file: `${STORED}${id}`, text }));
  const set = readRules([...files, ...beside]);
  const storedAt = new Map(surroundings.map((stored) => [`${STORED}${stored.id}`, stored]));
  const textOf = new Map([...files, ...beside].map(({ file, text }) => [file, text]));
  const rules: ReadRule[] = [];
  const surrounding: string[] = [];
  const refusals = unreadable.map(asRefused);
  for (const refusal of set.refusals) {
    // What is stored was read when it came; that something brought now takes its place is no refusal.
    if (!refusal.file.startsWith(STORED)) refusals.push(asRefused(refusal));
  }
  for (const rule of set.rules) {
    const origin = storedAt.get(rule.position.file);
    const read = asRead(rule, textOf.get(rule.position.file));
    rules.push(origin ? { ...read, file: origin.file, line: origin.line } : read);
    if (origin) surrounding.push(read.id);
  }
  return { rules, refused: refusals, surrounding, needsSurroundings };
}

const asRefused = ({ file, line, reason, id, title }: Refusal): RefusedRule => ({
  file: storable(file),
  line,
  reason: storable(reason),
  id: id !== undefined && RuleId.safeParse(id).success ? id : null,
  title: title === undefined ? null : storable(title.slice(0, TITLE_CHARACTERS)),
});

/** A document that leans on others of its file is kept with all of it. */
const leansOnOthers = (file: string | undefined): file is string => file !== undefined && /^action\s*:/m.test(file);

function asRead(rule: SigmaRule, fileText: string | undefined): ReadRule {
  const { logSource } = rule.kind === 'detection' ? rule : {};
  const renamed = withOwnIds(rule);
  const compiled = encodeRule({ ...renamed, position: { file: '', line: 1 } });
  const text = storable(rule.text);
  const shown = (part: string | undefined): string | null => (part === undefined ? null : storable(part));
  return {
    id: renamed.id,
    kind: rule.kind,
    title: storable(rule.title.slice(0, TITLE_CHARACTERS)),
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
    file: storable(rule.position.file),
    line: rule.position.line,
    text,
    source: leansOnOthers(fileText) ? storable(fileText) : null,
    contentHash: createHash('sha256').update(`${COMPILED_FORMAT}\n${text}\n${compiled}`).digest('base64url'),
    counts: renamed.kind === 'correlation' ? renamed.rules : [],
    compiled,
  };
}
