import type { RejectedLine } from '@soc/contracts/alert/ingest';
import type { CorrelationOptions, CountableRule, Refusal, RuleMatch } from '@soc/sigma';
import type { ReadRule, RefusedRule } from '../domain/detection/read-rule.ts';
import type { NormalisedAlert } from '../domain/normalise/normalised-alert.ts';

/** A document beside those an import brings, which its correlations and filters may be about. */
export interface Surrounding {
  readonly id: string;
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** What a reading worker is started with, and answers once. */
export interface ReadingTask {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly surroundings: readonly Surrounding[];
  /** The stored filters by id, with whether they are at work. */
  readonly filters: ReadonlyMap<string, boolean>;
  /** Whether filters are that are not stored. */
  readonly isNewAtWork: boolean;
}
export interface ReadingResult {
  readonly rules: readonly ReadRule[];
  readonly refused: readonly RefusedRule[];
  /** Ids of the rules that stand in the surroundings only. */
  readonly surrounding: readonly string[];
  /** Ids of what was brought, as far as it could be told, refused or not. */
  readonly brought: readonly string[];
  /** What was brought holds what may be about other rules as well, or was refused for want of them. */
  readonly needsSurroundings: boolean;
}

/** What a detection worker is started with. */
export interface DetectionTask {
  /** By `encodeRule`. */
  readonly rules: readonly string[];
  readonly windows: CorrelationOptions;
}

/** One of the matches of a block of events. */
export interface EventMatch {
  readonly ruleId: string;
  /** What it amounts to; undefined for a rule that makes no alerts of its own, being counted by correlations. */
  readonly alert: NormalisedAlert | undefined;
  /** What correlations are told, where any counts this rule. */
  readonly counted: RuleMatch | undefined;
  /** The event as it was received. */
  readonly text: string;
}

/** What a detection worker says once it can answer. */
export interface DetectionReady {
  /** Rules that loaded but cannot be run, with the reason. */
  readonly refusals: readonly Refusal[];
  /** Of what the correlations of the set are made. */
  readonly countable: readonly CountableRule[];
}

export interface BlockResult {
  readonly events: number;
  readonly rejected: readonly RejectedLine[];
  readonly matches: readonly EventMatch[];
  /** The events that were read, compressed. */
  readonly body: Uint8Array<ArrayBuffer>;
}

/** How a stored block did in a backtest. */
export interface TrialResult {
  readonly events: number;
  /** Events by their own time, in days since 1970; those that tell no time count at the block's. */
  readonly perDay: readonly (readonly [day: number, events: number])[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly matches: readonly TrialMatch[];
}

/** A match of a backtest; repetitions have the same identity. */
export interface TrialMatch {
  readonly timeMs: number;
  readonly identity: string;
  readonly text: string;
}

export type DetectionRequest =
  | { readonly kind: 'match'; readonly lines: Uint8Array; readonly source: string | null }
  | { readonly kind: 'trial'; readonly body: Uint8Array; readonly source: string | null; readonly receivedMs: number }
  | { readonly kind: 'explain'; readonly events: readonly string[]; readonly source: string | null };
