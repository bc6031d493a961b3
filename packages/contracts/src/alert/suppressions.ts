import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, page, PageQuery, Severity, Timestamp, Uuid } from '../primitives.ts';
import { TechniqueId } from './alert.ts';
import { SourceName } from './ingest.ts';
import { ExpectedVersion } from './triage.ts';

/** Longest time a suppression may still have before it: what is hidden for longer is better changed at its source. */
export const SUPPRESSION_MAX_DAYS = 90;

const text = (maxLength: number) => z.string().trim().min(1).max(maxLength);
const anyOf = <Item extends z.ZodType>(item: Item) => z.array(item).min(1).max(50);

/** A whole text compared without case: `*` stands for any characters, `?` for one. Not all of it may be wildcards. */
export const WildcardPattern = text(500).refine((pattern) => /[^*?\s]/.test(pattern), 'more than wildcards');

/** An observable that must be there. The value may be a pattern, and for an address a network such as `10.0.0.0/8`. */
export const ObservableCondition = z.strictObject({
  type: ObservableType.optional(),
  value: WildcardPattern,
  role: text(64).optional(),
});
export type ObservableCondition = z.infer<typeof ObservableCondition>;

/**
 * Which alerts: every field that is given must agree. Of a list one entry is enough, but for `observables`, which must all be
 * there. `techniques` cover their sub-techniques; they and `tags` are those the source named, not what analysis adds.
 */
export const SuppressionConditions = z
  .strictObject({
    source: anyOf(SourceName).optional(),
    ruleId: anyOf(text(256)).optional(),
    ruleName: anyOf(WildcardPattern).optional(),
    title: anyOf(WildcardPattern).optional(),
    severity: anyOf(Severity).optional(),
    tags: anyOf(text(100)).optional(),
    techniques: anyOf(TechniqueId).optional(),
    observables: z.array(ObservableCondition).min(1).max(20).optional(),
  })
  .refine(
    ({ severity: _, ...others }) => Object.values(others).some((value) => value !== undefined),
    'name at least one of source, ruleId, ruleName, title, tags, techniques, observables',
  );
export type SuppressionConditions = z.infer<typeof SuppressionConditions>;

/** active until it expires or somebody ends it. One that expired lives again with a later expiry; one that was ended does not. */
export const SuppressionStatus = z.enum(['active', 'expired', 'ended']);
export type SuppressionStatus = z.infer<typeof SuppressionStatus>;

/** What a suppression hid by now: alerts, how often they occurred, and when the last of it arrived. */
export const HiddenBySuppression = z.object({
  alerts: z.number().int().min(0),
  occurrences: z.number().int().min(0),
  lastAt: Timestamp.nullable(),
});

/** Alerts that meet the conditions are stored, marked with `suppressedBy`, and nobody is told of them. */
export const Suppression = z.object({
  id: Uuid,
  name: z.string(),
  owner: z.string(),
  reason: z.string(),
  conditions: SuppressionConditions,
  status: SuppressionStatus,
  expiresAt: Timestamp,
  hidden: HiddenBySuppression,
  createdAt: Timestamp,
  createdBy: z.string(),
  updatedAt: Timestamp,
  updatedBy: z.string(),
  endedAt: Timestamp.nullable(),
  version: z.number().int().min(1),
});
export type Suppression = z.infer<typeof Suppression>;

const params = z.strictObject({ id: Uuid });
const Owner = text(200);
const Reason = text(2_000);

export const CreateSuppressionBody = z.strictObject({
  name: text(200),
  /** Who answers for it; the caller where it is not given. */
  owner: Owner.optional(),
  reason: Reason,
  conditions: SuppressionConditions,
  /** In the future, by 90 days at most. */
  expiresAt: Timestamp,
});
export type CreateSuppressionBody = z.infer<typeof CreateSuppressionBody>;

export const CreateSuppression = endpoint({
  id: 'createSuppression',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/suppressions',
  summary: 'Have the alerts that meet some conditions stored without telling anybody, until it expires.',
  permission: 'alerts:triage',
  audit: 'suppression.create',
  auditFields: ['name', 'owner', 'reason', 'conditions', 'expiresAt'],
  body: CreateSuppressionBody,
  responses: { 201: Suppression },
  errors: { 409: ['suppression.too_many', 'suppression.too_many_patterns'] },
});

export const ListSuppressions = endpoint({
  id: 'listSuppressions',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/suppressions',
  summary: 'Suppressions, the latest first, with what they hid.',
  permission: 'alerts:read',
  query: PageQuery.extend({ status: SuppressionStatus.optional(), owner: Owner.optional() }),
  responses: { 200: page(Suppression) },
});

export const GetSuppression = endpoint({
  id: 'getSuppression',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/suppressions/:id',
  summary: 'One suppression with what it hid.',
  permission: 'alerts:read',
  params,
  responses: { 200: Suppression },
  errors: { 404: ['suppression.not_found'] },
});

export const UpdateSuppressionBody = z
  .strictObject({
    name: text(200).optional(),
    owner: Owner.optional(),
    reason: Reason.optional(),
    conditions: SuppressionConditions.optional(),
    expiresAt: Timestamp.optional(),
    version: ExpectedVersion.optional(),
  })
  .refine(
    ({ version: _, ...changes }) => Object.values(changes).some((value) => value !== undefined),
    'name at least one of name, owner, reason, conditions, expiresAt',
  );
export type UpdateSuppressionBody = z.infer<typeof UpdateSuppressionBody>;

export const UpdateSuppression = endpoint({
  id: 'updateSuppression',
  service: 'alert',
  method: 'PATCH',
  url: '/api/v1/alerts/suppressions/:id',
  summary: 'Change a suppression; what arrives from then on is met by its new conditions.',
  permission: 'alerts:triage',
  audit: 'suppression.update',
  auditFields: ['name', 'owner', 'reason', 'conditions', 'expiresAt'],
  params,
  body: UpdateSuppressionBody,
  responses: { 200: Suppression },
  errors: {
    404: ['suppression.not_found'],
    409: [
      'suppression.already_ended',
      'suppression.version_conflict',
      'suppression.too_many',
      'suppression.too_many_patterns',
    ],
  },
});

export const EndSuppression = endpoint({
  id: 'endSuppression',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/suppressions/:id/end',
  summary: 'End a suppression for good; it stays readable with what it hid.',
  permission: 'alerts:triage',
  audit: 'suppression.end',
  params,
  responses: { 200: Suppression },
  errors: { 404: ['suppression.not_found'], 409: ['suppression.already_ended'] },
});

/** What some conditions would have hidden of the alerts stored in a span of event time, suppressed ones included. */
export const SuppressionPreview = z.object({
  /** Alerts that meet them, and how often those occurred. */
  alerts: z.number().int().min(0),
  occurrences: z.number().int().min(0),
  /** Of those, the ones that were no noise: in an incident, or with a verdict of true positive. */
  inIncidents: z.number().int().min(0),
  truePositives: z.number().int().min(0),
  perDay: z.array(z.object({ day: z.iso.date(), alerts: z.number().int(), occurrences: z.number().int() })),
  /** The latest ten. */
  examples: z.array(
    z.object({
      id: Uuid,
      title: z.string(),
      severity: Severity,
      source: z.string(),
      ruleId: z.string().nullable(),
      occurredAt: Timestamp,
      incidentId: Uuid.nullable(),
    }),
  ),
  /** Alerts that were looked at; no more than the latest 100,000, and `truncated` when there are more. */
  scanned: z.number().int().min(0),
  truncated: z.boolean(),
  from: Timestamp,
  to: Timestamp,
});
export type SuppressionPreview = z.infer<typeof SuppressionPreview>;

export const PreviewSuppression = endpoint({
  id: 'previewSuppression',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/alerts/suppressions/preview',
  timeoutMs: 60_000,
  summary:
    'What some conditions would have hidden of the stored alerts: the last 7 days by event time, or a span of up to 90.',
  permission: 'alerts:read',
  body: z.strictObject({
    conditions: SuppressionConditions,
    from: Timestamp.optional(),
    to: Timestamp.optional(),
  }),
  responses: { 200: SuppressionPreview },
});
