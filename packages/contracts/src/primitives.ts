import { z } from 'zod';

/** A UUIDv7 (RFC 9562): ids sort by the time they were made. */
export const Uuid = z.uuid();

/** Anything JSON can say (RFC 8259). */
export const JsonValue = z.json();

/** RFC 3339 in UTC, milliseconds, as `Date.toISOString()` writes it. */
export const Timestamp = z.iso.datetime({ offset: true });
export type Timestamp = z.infer<typeof Timestamp>;

export const TenantId = z
  .string()
  .min(1)
  .max(64)
  .regex(/^[a-z0-9][a-z0-9-]*$/);
export type TenantId = z.infer<typeof TenantId>;

/** OCSF severity names, least to most severe. */
export const Severity = z.enum(['informational', 'low', 'medium', 'high', 'critical']);
export type Severity = z.infer<typeof Severity>;

/** 0 for informational to 4 for critical. */
export const severityRank = (severity: Severity): number => Severity.options.indexOf(severity);

/** How a triage ended. */
export const Verdict = z.enum(['true_positive', 'benign_true_positive', 'false_positive', 'undetermined']);
export type Verdict = z.infer<typeof Verdict>;

export const ObservableType = z.enum([
  'ip',
  'domain',
  'url',
  'email',
  'md5',
  'sha1',
  'sha256',
  'host',
  'user',
  'process',
]);
export type ObservableType = z.infer<typeof ObservableType>;

/** A value seen in an alert that may be looked up or correlated. `role` says where it stood, e.g. `source`, `destination`. */
export const Observable = z.object({
  type: ObservableType,
  value: z.string().min(1).max(2048),
  role: z.string().max(64).optional(),
});
export type Observable = z.infer<typeof Observable>;

/** A number of an HTTP query string. */
export const QueryInt = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}$/, 'must be a whole number')
    .transform(Number)
    .pipe(z.number().int().min(min).max(max));

/** A flag of an HTTP query string. */
export const QueryBoolean = z.enum(['true', 'false']).transform((text) => text === 'true');

/** The paging part of every list's query: `limit` 1–200 (50 when absent) and the opaque cursor of the page before. */
export const PageQuery = z.strictObject({
  limit: QueryInt(1, 200).optional(),
  cursor: z.string().max(512).optional(),
});
export type PageQuery = z.infer<typeof PageQuery>;

/** Rows of a page when the caller names no limit. */
export const DEFAULT_PAGE_LIMIT = 50;

/** A page of a list; `nextCursor` is null on the last one. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), nextCursor: z.string().nullable() });

export interface Page<Item> {
  readonly items: readonly Item[];
  readonly nextCursor: string | null;
}
