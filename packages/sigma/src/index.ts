export type { JsonObject } from './events/event-fields.ts';
export type { EventLineOptions } from './events/lines/event-line.ts';
export { type ReadEvent, readEvents } from './events/lines/read-events.ts';
export { eventSources, isEventSource, viewEvent } from './events/view-event.ts';
export { canonicalField } from './event-view.ts';
export { archiveLimits } from './read/archive-entry.ts';
export { readPlaceholders, type Placeholders } from './read/placeholders.ts';
export { readRuleFiles, type RuleFiles } from './read/rule-files.ts';
export { readRules, type ReadingOptions } from './read/read-rules.ts';
export type { EventView, FieldValue } from './event-view.ts';
export type { Comparison, Expression, PatternPart, RegexTest, TextTest, TimePart, ValueTest } from './expression.ts';
export type {
  CorrelationOperator,
  CorrelationRule,
  CorrelationType,
  DetectionRule,
  Level,
  LogSource,
  Position,
  Refusal,
  RuleCondition,
  RuleHead,
  RuleSet,
  SigmaFilter,
  SigmaRule,
} from './rule.ts';
export { createEngine } from './engine/engine.ts';
export type { Engine, Match } from './engine/engine.ts';
export type { Evidence, Explanation, Obstacle } from './engine/explain.ts';
export type { MissingPart } from './engine/log-source-index.ts';
export type { CompiledCorrelation, CountableRule } from './correlation/compiled-correlation.ts';
export {
  type CorrelationInput,
  type CorrelationOptions,
  type Correlations,
  createCorrelations,
  type RuleMatch,
} from './correlation/correlations.ts';
export { decide, isWaiting, settle, type WindowDecision } from './correlation/decide.ts';
export type { Group } from './correlation/event-fields.ts';
export type { PassedOn, WindowFiring } from './correlation/judge.ts';
export type { WindowEntry, WindowState } from './correlation/window-state.ts';
