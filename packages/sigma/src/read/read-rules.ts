import type { Refusal, RuleSet } from '../rule.ts';
import { splitAggregation } from './aggregation.ts';
import { type Draft, readDraft, refusalOf } from './draft.ts';
import { linkDrafts } from './link.ts';
import type { Placeholders } from './placeholders.ts';
import { readRuleDocuments } from './rule-documents.ts';

export interface ReadingOptions {
  /** What placeholders stand for, by name without percent signs; a rule with one that is not here is refused. */
  readonly placeholders?: Placeholders;
  /** Whether a filter, by its id, is to narrow what it names; else it is only read. All do unless told otherwise. */
  readonly narrows?: (filterId: string) => boolean;
}

/** What is made of each document: two drafts of one are loaded or refused together. */
function readFile(file: string, text: string, placeholders: Placeholders): readonly (readonly Draft[] | Refusal)[] {
  return readRuleDocuments(file, text).map((document): readonly Draft[] | Refusal => {
    if ('problem' in document) return refusalOf(file, document.problem, document.root);
    const split = splitAggregation(document);
    if ('reason' in split) return refusalOf(file, split, document.root);
    const drafts: Draft[] = [];
    for (const each of split) {
      const read = readDraft(each, placeholders);
      if ('reason' in read) return refusalOf(file, read, document.root);
      drafts.push(read);
    }
    return drafts;
  });
}

/**
 * Reads Sigma 2.1 rules, correlations and filters from the text of YAML files, all as one set: they may name each other
 * across files. Whatever is given is among the rules, the filters or the refusals, each with file and line. Pure and
 * synchronous: about a millisecond a rule.
 */
export function readRules(
  files: Iterable<{ readonly file: string; readonly text: string }>,
  { placeholders = new Map(), narrows = () => true }: ReadingOptions = {},
): RuleSet {
  const documents: (readonly Draft[])[] = [];
  const refusals: Refusal[] = [];
  const order = new Map<string, number>();
  for (const { file, text } of files) {
    order.set(file, order.get(file) ?? order.size);
    for (const read of readFile(file, text, placeholders)) {
      if ('reason' in read) refusals.push(read);
      else documents.push(read);
    }
  }
  const linked = linkDrafts(documents, narrows);
  const byPosition = (a: Refusal, b: Refusal): number =>
    (order.get(a.file) ?? 0) - (order.get(b.file) ?? 0) || a.line - b.line;
  return { ...linked, refusals: [...refusals, ...linked.refusals].toSorted(byPosition) };
}
