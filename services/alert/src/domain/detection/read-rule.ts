import type { Severity } from '@soc/contracts';
import type { RuleKind } from '@soc/contracts/alert/rules';

/** A rule as an import read it: what is shown of it, and what engines are made of. */
export interface ReadRule {
  readonly id: string;
  readonly kind: RuleKind;
  readonly title: string;
  readonly level: Severity;
  readonly status: string | null;
  readonly product: string | null;
  readonly category: string | null;
  readonly service: string | null;
  readonly author: string | null;
  readonly license: string | null;
  readonly tags: readonly string[];
  readonly head: RuleHeadRest;
  readonly file: string;
  readonly line: number;
  /** What makes the rule, read beside the texts of the others: mostly the document as it was written. */
  readonly text: string;
  readonly contentHash: string;
  /** Ids of the rules a correlation counts, or a filter narrows. */
  readonly counts: readonly string[];
  readonly compiled: string;
}

/** What is said of a rule and never filtered by. */
export interface RuleHeadRest {
  readonly name: string | null;
  readonly description: string | null;
  readonly date: string | null;
  readonly modified: string | null;
  readonly references: readonly string[];
  readonly falsePositives: readonly string[];
}

/** A document that was not read, and why. */
export interface RefusedRule {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly id: string | null;
  readonly title: string | null;
}

/** What is stored of a rule that an import meets again. */
export interface StoredRule {
  readonly id: string;
  readonly version: number;
  readonly contentHash: string;
}
