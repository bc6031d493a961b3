/**
 * What a detection asks of an event, modifiers applied: `contains` has become wildcards, `windash` and `base64offset`
 * alternatives, `all` an `and`, `neq` a `not`. Logic is two-valued: a test of a field that is not there is false, so its
 * `not` is true (Sigma rules specification 2.1, "Detection").
 */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  /** A search identifier of the rule, kept so that a verdict can name it. */
  | { readonly kind: 'search'; readonly name: string; readonly expression: Expression }
  /** `field` as the rule writes it; `written` is the value as the rule writes it, for people. */
  | { readonly kind: 'field'; readonly field: string; readonly test: ValueTest; readonly written: string }
  /** Holds when any value of the event holds it. */
  | { readonly kind: 'keyword'; readonly test: TextTest | RegexTest; readonly written: string };

export type PatternPart =
  | { readonly kind: 'literal'; readonly text: string }
  /** `*`: any number of characters. */
  | { readonly kind: 'any' }
  /** `?`: exactly one character. */
  | { readonly kind: 'one' };

/** The whole value, between wildcards; two literals are never neighbours. An empty pattern is the empty string. */
export interface TextTest {
  readonly kind: 'text';
  readonly pattern: readonly PatternPart[];
  readonly isCased: boolean;
}

/** Found anywhere in the value unless anchored. */
export interface RegexTest {
  readonly kind: 'regex';
  readonly source: string;
  readonly flags: { readonly ignoreCase: boolean; readonly multiline: boolean; readonly dotAll: boolean };
}

export type TimePart = 'minute' | 'hour' | 'day' | 'week' | 'month' | 'year';
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';

/** One test of one value. A field with several values passes when one of them does. */
export type ValueTest =
  | TextTest
  | RegexTest
  | { readonly kind: 'number'; readonly value: number }
  | { readonly kind: 'boolean'; readonly value: boolean }
  /** Not there, or null. */
  | { readonly kind: 'null' }
  | { readonly kind: 'cidr'; readonly cidr: string }
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly value: number }
  | { readonly kind: 'exists'; readonly expected: boolean }
  | {
      readonly kind: 'fieldref';
      readonly field: string;
      readonly at: 'whole' | 'start' | 'end' | 'anywhere';
      readonly isCased: boolean;
    }
  | {
      readonly kind: 'timePart';
      readonly part: TimePart;
      readonly operator: 'eq' | Comparison;
      readonly value: number;
    };
