import type { DetectionRule, Refusal, SigmaFilter } from '../rule.ts';
import { type CorrelationDraft, readCorrelation } from './correlation.ts';
import { readDetection } from './detection.ts';
import { type FilterDraft, readFilter } from './filter.ts';
import type { Placeholders } from './placeholders.ts';
import { createProblems, type Problem } from './problems.ts';
import type { RuleDocument } from './rule-documents.ts';
import { readHead, readLogSource, type WrittenHead } from './rule-head.ts';
import { entryOf, optionalTexts, requireMap, type TreeMap } from './tree.ts';
import { type ReadingContext, startReading } from './value-test.ts';

/** A document that has been read by itself; what it says of others is for `linkDrafts`. */
export type Draft =
  | { readonly kind: 'detection'; readonly rule: DetectionRule }
  | { readonly kind: 'correlation'; readonly head: DraftHead; readonly correlation: CorrelationDraft }
  | { readonly kind: 'filter'; readonly head: Omit<SigmaFilter, 'rules'>; readonly filter: FilterDraft };

export type DraftHead = WrittenHead & Pick<DetectionRule, 'id' | 'position' | 'text'>;

/** A refusal with what the document says of itself. */
export function refusalOf(file: string, { line, reason }: Problem, root?: TreeMap): Refusal {
  const textAt = (key: string): string | undefined => {
    const value = root && entryOf(root, key)?.value;
    return value?.kind === 'scalar' && value.value !== null ? value.source : undefined;
  };
  const [title, id] = [textAt('title'), textAt('id')];
  return { file, line, reason, ...(title === undefined ? {} : { title }), ...(id === undefined ? {} : { id }) };
}

function readParts(root: TreeMap, head: DraftHead, context: ReadingContext): Draft | undefined {
  const { problems } = context;
  if (entryOf(root, 'filter')) {
    const filter = readFilter(root, head.title, context);
    const { id, title, description, position, text } = head;
    const about = { id, title, ...(description === undefined ? {} : { description }), position, text };
    return filter && { kind: 'filter', head: about, filter };
  }
  if (entryOf(root, 'correlation')) {
    const detection = entryOf(root, 'detection');
    if (detection) problems.add(detection.line, 'a document is a detection or a correlation, not both');
    const correlation = readCorrelation(root, problems);
    return correlation && { kind: 'correlation', head, correlation };
  }
  const logSource = readLogSource(root, problems);
  const fields = optionalTexts(root, 'fields', problems);
  const map = requireMap(root, 'detection', problems);
  const detection = map && readDetection(map, ['condition'], context);
  if (!detection || !logSource) return undefined;
  const rule = { ...head, kind: 'detection' as const, level: head.level ?? 'medium', logSource, ...detection, fields };
  return { kind: 'detection', rule };
}

/** Reads one document: a detection rule, a correlation or a filter. */
export function readDraft({ file, line, text, root }: RuleDocument, placeholders: Placeholders): Draft | Refusal {
  const problems = createProblems();
  const written = readHead(root, problems);
  const head = { ...written, id: written.id ?? `${file}#${written.title}`, position: { file, line }, text };
  const draft = readParts(root, head, startReading(placeholders, problems));
  const [problem] = problems.found;
  if (draft && !problem) return draft;
  return refusalOf(file, problem ?? { line, reason: 'it cannot be read' }, root);
}
