import type { Expression } from './expression.ts';

export type Level = 'informational' | 'low' | 'medium' | 'high' | 'critical';

/** Where a rule was written; `line` counts from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
}

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** What every kind of rule says of itself. Absent is absent, never an empty string. */
export interface RuleHead {
  /** The rule's own id, else one made of its file and title. */
  readonly id: string;
  /** What correlation rules may call it by, beside its id. */
  readonly name?: string;
  readonly title: string;
  /** The naming of fields and values; absent is Sigma's own. */
  readonly taxonomy?: string;
  readonly status?: string;
  /** `medium` where a detection says none; of a correlation, then, the highest level of the rules it counts. */
  readonly level: Level;
  readonly description?: string;
  readonly author?: string;
  readonly license?: string;
  readonly date?: string;
  readonly modified?: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly falsePositives: readonly string[];
  readonly position: Position;
  /**
   * The document as it was written. Of a collection, or of a rule with an aggregation in its condition, YAML that says the
   * same by itself: texts of rules and filters, read again together, are the same rules.
   */
  readonly text: string;
}

export interface DetectionRule extends RuleHead {
  readonly kind: 'detection';
  readonly logSource: LogSource;
  /** All conditions of the rule and of the filters that apply to it. */
  readonly condition: Expression;
  /** The search identifiers, also those the condition does not use. */
  readonly searches: ReadonlyMap<string, Expression>;
  /** Fields to show beside a match. */
  readonly fields: readonly string[];
}

export type CorrelationType =
  | 'event_count'
  | 'value_count'
  | 'temporal'
  | 'temporal_ordered'
  | 'value_sum'
  | 'value_avg'
  | 'value_percentile'
  | 'value_median';

export type CorrelationOperator = 'gt' | 'gte' | 'lt' | 'lte' | 'eq' | 'neq';

export interface CorrelationRule extends RuleHead {
  readonly kind: 'correlation';
  readonly type: CorrelationType;
  /** Ids of the rules it counts, in the order written; they may be correlations themselves. */
  readonly rules: readonly string[];
  readonly groupBy: readonly string[];
  readonly timespanMs: number;
  /** All must hold. None for `temporal` kinds without a condition: each rule then must have matched. */
  readonly bounds: readonly { readonly operator: CorrelationOperator; readonly value: number }[];
  /** What is counted or summed: one field, or several for `value_count`. */
  readonly valueFields: readonly string[];
  /** 0–100, of `value_percentile`. */
  readonly percentile?: number;
  /** For a `temporal` rule with a condition of its own over rule names; the leaves are ids of `rules`. */
  readonly ruleCondition?: RuleCondition;
  /** alias → rule id → the field it stands for in that rule's events. */
  readonly aliases: ReadonlyMap<string, ReadonlyMap<string, string>>;
  /** Whether matches of the rules it counts are told by themselves as well. */
  readonly generate: boolean;
}

export type RuleCondition =
  | { readonly kind: 'rule'; readonly id: string }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly RuleCondition[] }
  | { readonly kind: 'not'; readonly operand: RuleCondition };

export type SigmaRule = DetectionRule | CorrelationRule;

/** A document, or a whole file, that was not loaded, and why. */
export interface Refusal extends Position {
  readonly reason: string;
  readonly title?: string;
  readonly id?: string;
}

/** A filter that has been added to the conditions of the rules it names. */
export interface SigmaFilter extends Pick<RuleHead, 'id' | 'title' | 'description' | 'position' | 'text'> {
  /** Ids of the rules that it narrows. */
  readonly rules: readonly string[];
}

/** Everything that was given is in one of the three. */
export interface RuleSet {
  readonly rules: readonly SigmaRule[];
  readonly filters: readonly SigmaFilter[];
  readonly refusals: readonly Refusal[];
}
