import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { IndicatorSource } from './indicator.ts';
import { DEFAULT_CONFIDENCE } from './indicator-endpoints.ts';

/** STIX 2.1 §8: a bundle may hold objects and properties nobody here knows; they are counted, not refused. */
export const StixBundle = z.looseObject({
  type: z.literal('bundle'),
  id: z.string().max(256).optional(),
  objects: z.array(z.unknown()).default([]),
});
export type StixBundle = z.infer<typeof StixBundle>;

/** Why one indicator of a bundle was not taken, or not wholly. */
export const StixSkip = z.object({ id: z.string(), reason: z.string() });
export type StixSkip = z.infer<typeof StixSkip>;

export const StixImport = z.object({
  /** Objects in the bundle. */
  received: z.number().int(),
  /** Values that are new; one STIX indicator may hold several. */
  imported: z.number().int(),
  /** Values that were known and have changed. */
  updated: z.number().int(),
  /** Values that were known in this or a later version. */
  unchanged: z.number().int(),
  skipped: z.array(StixSkip),
  /** Objects that are no indicators, counted by STIX type. */
  ignored: z.record(z.string(), z.number().int()),
});
export type StixImport = z.infer<typeof StixImport>;

export const ImportStix = endpoint({
  id: 'importStix',
  service: 'intel',
  method: 'POST',
  url: '/api/v1/intel/import/stix',
  summary: 'Import the indicators of a STIX 2.1 bundle; what is not understood is listed with its reason.',
  permission: 'intel:write',
  audit: 'indicator.import',
  query: z.strictObject({
    /** Names the source of the indicators. */
    source: IndicatorSource.default('stix'),
    /** For indicators that carry no confidence of their own. */
    confidence: z
      .string()
      .regex(/^\d{1,3}$/, 'must be a whole number')
      .transform(Number)
      .pipe(z.number().max(100))
      .default(DEFAULT_CONFIDENCE),
  }),
  body: StixBundle,
  bodyLimitBytes: 16 * 1024 * 1024,
  timeoutMs: 120_000,
  responses: { 200: StixImport },
  errors: { 413: ['request.too_large'] },
});
