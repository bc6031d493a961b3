import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, QueryBoolean, Timestamp, Uuid } from '../primitives.ts';
import { Confidence, Indicator, IndicatorLabels, IndicatorSource, IndicatorType, Tlp } from './indicator.ts';

/** Confidence of an indicator whose source names none: someone chose to trust that source. */
export const DEFAULT_CONFIDENCE = 75;

const Threat = z.string().trim().min(1).max(256);
const Description = z.string().max(4_000);
const IndicatorParams = z.strictObject({ id: Uuid });

export const CreateIndicatorBody = z.strictObject({
  type: IndicatorType,
  value: z.string().min(1).max(2_048),
  confidence: Confidence.default(DEFAULT_CONFIDENCE),
  threat: Threat.nullable().default(null),
  description: Description.nullable().default(null),
  labels: IndicatorLabels.default([]),
  /** An indicator without a marking is handled as amber. */
  tlp: Tlp.default('amber'),
  source: IndicatorSource.default('manual'),
  /** Now, when absent. */
  validFrom: Timestamp.optional(),
  validUntil: Timestamp.nullable().default(null),
});
export type CreateIndicatorBody = z.infer<typeof CreateIndicatorBody>;

export const UpdateIndicatorBody = z
  .strictObject({
    confidence: Confidence,
    threat: Threat.nullable(),
    description: Description.nullable(),
    labels: IndicatorLabels,
    tlp: Tlp,
    validUntil: Timestamp.nullable(),
    revoked: z.boolean(),
  })
  .partial()
  .refine((change) => Object.keys(change).length > 0, 'name at least one field to change');
export type UpdateIndicatorBody = z.infer<typeof UpdateIndicatorBody>;

export const ListIndicatorsQuery = PageQuery.extend({
  type: IndicatorType.optional(),
  /** In any notation of the same value; matches only the whole value. */
  value: z.string().max(2_048).optional(),
  source: z.string().max(64).optional(),
  label: z.string().max(100).optional(),
  threat: z.string().max(256).optional(),
  revoked: QueryBoolean.optional(),
});
export type ListIndicatorsQuery = z.infer<typeof ListIndicatorsQuery>;

export const CreateIndicator = endpoint({
  id: 'createIndicator',
  service: 'intel',
  method: 'POST',
  url: '/api/v1/intel/indicators',
  summary: 'Add an indicator; its value is brought into canonical form.',
  permission: 'intel:write',
  audit: 'indicator.create',
  body: CreateIndicatorBody,
  responses: { 201: Indicator },
  errors: { 409: ['intel.indicator_exists'], 422: ['intel.indicator_value_invalid', 'intel.indicator_validity_empty'] },
});

export const ListIndicators = endpoint({
  id: 'listIndicators',
  service: 'intel',
  method: 'GET',
  url: '/api/v1/intel/indicators',
  summary: 'Indicators, newest first.',
  permission: 'intel:read',
  query: ListIndicatorsQuery,
  responses: { 200: page(Indicator) },
});

export const GetIndicator = endpoint({
  id: 'getIndicator',
  service: 'intel',
  method: 'GET',
  url: '/api/v1/intel/indicators/:id',
  summary: 'One indicator.',
  permission: 'intel:read',
  params: IndicatorParams,
  responses: { 200: Indicator },
  errors: { 404: ['intel.indicator_not_found'] },
});

export const UpdateIndicator = endpoint({
  id: 'updateIndicator',
  service: 'intel',
  method: 'PATCH',
  url: '/api/v1/intel/indicators/:id',
  summary: 'Change what is said of an indicator, or revoke it. Type, value and source stay.',
  permission: 'intel:write',
  audit: 'indicator.update',
  params: IndicatorParams,
  body: UpdateIndicatorBody,
  responses: { 200: Indicator },
  errors: { 404: ['intel.indicator_not_found'], 422: ['intel.indicator_validity_empty'] },
});

export const DeleteIndicator = endpoint({
  id: 'deleteIndicator',
  service: 'intel',
  method: 'DELETE',
  url: '/api/v1/intel/indicators/:id',
  summary: 'Remove an indicator. To keep the history, revoke it instead.',
  permission: 'intel:write',
  audit: 'indicator.delete',
  params: IndicatorParams,
  responses: { 204: z.undefined() },
  errors: { 404: ['intel.indicator_not_found'] },
});
