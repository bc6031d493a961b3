import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp } from '../primitives.ts';
import { EventSource } from './events-ingest.ts';
import { RuleId } from './rules.ts';

/** Too many trials are under way; the rule's thread has failed or took too long. */
const TRIAL_ERRORS = {
  404: ['rule.not_found'],
  422: ['rule.not_testable'],
  429: ['rule.busy'],
  503: ['detection.failed'],
} as const;

const params = z.strictObject({ id: RuleId });

/** Most events of one test. */
export const TEST_MAX_EVENTS = 100;

/** A test of a value that decided how a rule sees an event. */
export const RuleFinding = z.object({
  /** The search identifier of the rule that it belongs to. */
  search: z.string().nullable(),
  /** Null for a keyword that is nowhere in the event. */
  field: z.string().nullable(),
  /** The value as the rule writes it. */
  expected: z.string(),
  /** What the event has there. */
  actual: z.array(z.string()),
  /**
   * `passed`: it helped the rule to match. The others kept it from matching: the field is `absent`, its value is `different`, or it
   * is what the rule has `excluded`.
   */
  why: z.enum(['passed', 'absent', 'different', 'excluded']),
});
export type RuleFinding = z.infer<typeof RuleFinding>;

/** How a rule sees an event. `other_log_source`: the event is not from what the rule is about, which `missing` names. */
export const RuleVerdict = z.object({
  index: z.number().int().min(0),
  matched: z.boolean(),
  outcome: z.enum(['matched', 'not_matched', 'other_log_source']),
  missing: z.array(z.string()),
  findings: z.array(RuleFinding),
});
export type RuleVerdict = z.infer<typeof RuleVerdict>;

export const TestRule = endpoint({
  id: 'testRule',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/:id/test',
  summary: 'Tries a detection rule, enabled or not, on events and explains each verdict. Makes no alerts.',
  permission: 'rules:read',
  params,
  body: z.strictObject({
    // A body is JSON already; a schema of all JSON refers to itself, which a part of a document cannot.
    events: z.array(z.record(z.string(), z.unknown())).min(1).max(TEST_MAX_EVENTS),
    source: EventSource.optional(),
  }),
  responses: { 200: z.object({ ruleId: RuleId, matched: z.number().int(), verdicts: z.array(RuleVerdict) }) },
  errors: TRIAL_ERRORS,
});

/** A day in UTC of the events a backtest read. */
export const BacktestDay = z.object({
  day: z.iso.date(),
  events: z.number().int().min(0),
  matches: z.number().int().min(0),
  /** What the matches would have become, repetitions within the deduplication window counted once. */
  alerts: z.number().int().min(0),
});

export const Backtest = z.object({
  ruleId: RuleId,
  /** Of the events that were read, by their own time; null when there were none. */
  from: Timestamp.nullable(),
  to: Timestamp.nullable(),
  events: z.number().int().min(0),
  matches: z.number().int().min(0),
  alerts: z.number().int().min(0),
  /** The forecast: alerts over the time the events span, a day at least. Null when there were no events. */
  alertsPerDay: z.number().min(0).nullable(),
  days: z.array(BacktestDay),
  /** The first matches, for people to judge. */
  samples: z.array(z.object({ at: Timestamp, event: z.string() })),
  /** Older events are stored that were not read: the bounds of a backtest were met first. */
  truncated: z.boolean(),
});
export type Backtest = z.infer<typeof Backtest>;

export const BacktestRule = endpoint({
  id: 'backtestRule',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/rules/:id/backtest',
  timeoutMs: 120_000,
  summary: 'Runs a detection rule, enabled or not, over the stored events, newest first, and forecasts alerts per day.',
  permission: 'rules:read',
  params,
  body: z.strictObject({
    /** By the time events were received: `from` inclusive, `to` exclusive. */
    from: Timestamp.optional(),
    to: Timestamp.optional(),
    maxEvents: z.number().int().min(1).max(5_000_000).optional(),
  }),
  responses: { 200: Backtest },
  errors: TRIAL_ERRORS,
});
