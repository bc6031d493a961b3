import { z } from 'zod';
import { ObservableType, Severity } from '../primitives.ts';

/**
 * A dotted path into a payload, e.g. `alert.signature`. A key that itself holds dots (`kibana.alert.rule.name`) is found
 * too; a number picks an element of an array; any other step into an array reads every element.
 */
const FieldPath = z
  .string()
  .max(256)
  .regex(/^[^.]+(?:\.[^.]+){0,11}$/, 'must be at most 12 keys joined by dots');
const FieldPaths = z.array(FieldPath).max(32);

/**
 * The first template all of whose places lead to text (`{eventName} by {user.name}`), else the first path that leads to
 * text, a number or a flag; otherwise the constant.
 */
const TextField = z.strictObject({
  templates: z.array(z.string().min(1).max(500)).max(8).optional(),
  paths: FieldPaths,
  constant: z.string().min(1).max(500).optional(),
});

/** Looked up in `table` (without case), then measured against `thresholds`, then read as a common severity word. */
const SeverityField = z.strictObject({
  paths: FieldPaths,
  table: z.record(z.string(), Severity).optional(),
  /** For numbers: the severity of the highest `atLeast` that the number reaches. */
  thresholds: z
    .array(z.strictObject({ atLeast: z.number(), severity: Severity }))
    .max(16)
    .optional(),
  default: Severity,
});

const TimeField = z.strictObject({
  paths: FieldPaths,
  /** `auto` tells RFC 3339 and similar texts from epochs, and the unit of an epoch by its size. */
  format: z.enum(['auto', 'rfc3339', 'epoch_s', 'epoch_ms']).optional(),
  /** Of a time that names no zone, e.g. `+02:00`. UTC when absent. */
  utcOffset: z
    .string()
    .regex(/^[+-]\d\d:\d\d$/)
    .optional(),
});

const ObservableField = z.strictObject({
  /** A hash is typed by its length and a host or domain that is an address becomes an `ip`, whatever is said here. */
  type: ObservableType,
  paths: FieldPaths,
  role: z.string().min(1).max(64).optional(),
  /** `first`: only the first value the paths lead to, where they are several names for one thing. All when absent. */
  pick: z.literal('first').optional(),
  /** What follows the last of this text is the value: `/` of an ARN, `\\` of a path. */
  afterLast: z.string().min(1).max(8).optional(),
});

/** Holds when one of the paths leads to one of the values (without case), or to anything where none are named. */
const Condition = z.strictObject({ paths: FieldPaths, values: z.array(z.string().max(200)).max(64).optional() });

/** How alerts of any shape become normalised ones: data, so that a new source needs no code. */
export const GenericMapping = z.strictObject({
  /** Where the alerts are. The payload itself is one alert, or a list of them, when absent or when the path leads nowhere. */
  list: FieldPath.optional(),
  /** A document for which one of these does not hold is no alert: it is counted as skipped. */
  when: z.array(Condition).max(8).optional(),
  /** Where a text is JSON itself; the first object so found is read as `embedded`. */
  embedded: FieldPaths.optional(),
  title: TextField,
  description: TextField.optional(),
  severity: SeverityField.optional(),
  ruleId: TextField.optional(),
  ruleName: TextField.optional(),
  externalId: TextField.optional(),
  occurredAt: TimeField.optional(),
  /** The source says it is over when any of the paths holds one of the values (without case). */
  resolved: z.strictObject({ paths: FieldPaths, values: z.array(z.string().min(1).max(100)).max(16) }).optional(),
  observables: z.array(ObservableField).max(64).optional(),
  /** Free texts to search for addresses, domains, URLs, e-mail addresses and hashes. */
  extract: FieldPaths.optional(),
  tactics: FieldPaths.optional(),
  techniques: FieldPaths.optional(),
  tags: FieldPaths.optional(),
  /**
   * What makes two alerts the same: the values at these paths, or at the first of several alternatives that leads to one.
   * Name the rule and the main entities, never a time or a counter. Rule (or title) and the hosts, users, addresses and
   * domains when absent.
   */
  fingerprint: z
    .array(z.union([FieldPath, FieldPaths]))
    .max(32)
    .optional(),
});
export type GenericMapping = z.infer<typeof GenericMapping>;
