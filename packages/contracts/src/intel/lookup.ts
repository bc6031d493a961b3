import { z } from 'zod';
import { Reputation } from '../alert/alert.ts';
import { endpoint } from '../endpoint.ts';
import { Observable, Uuid } from '../primitives.ts';
import { Enrichment, IndicatorMatch, WarninglistHit } from './events.ts';
import { IndicatorType } from './indicator.ts';

export const MatchObservables = endpoint({
  id: 'matchObservables',
  service: 'intel',
  method: 'POST',
  url: '/api/v1/intel/match',
  summary: 'Look observables up among the valid indicators and the warninglists.',
  permission: 'intel:read',
  body: z.strictObject({ observables: z.array(Observable.strict()).min(1).max(1_000) }),
  responses: {
    200: z.object({
      reputation: Reputation,
      matches: z.array(IndicatorMatch),
      warninglistHits: z.array(WarninglistHit),
    }),
  },
});

export const ExtractedObservable = z.object({ type: IndicatorType, value: z.string() });
export type ExtractedObservable = z.infer<typeof ExtractedObservable>;

export const ExtractObservables = endpoint({
  id: 'extractObservables',
  service: 'intel',
  method: 'POST',
  url: '/api/v1/intel/extract',
  summary:
    'Find observables in text, defanged ones (hxxp, [.], (dot), [at]) included; each once, in order of appearance.',
  permission: 'intel:read',
  body: z.strictObject({
    text: z
      .string()
      .min(1)
      .max(256 * 1024),
  }),
  responses: { 200: z.object({ observables: z.array(ExtractedObservable) }) },
});

export const GetEnrichment = endpoint({
  id: 'getEnrichment',
  service: 'intel',
  method: 'GET',
  url: '/api/v1/intel/enrichments/:alertId',
  summary: 'What was known of the observables of an alert when it was enriched.',
  permission: 'intel:read',
  params: z.strictObject({ alertId: Uuid }),
  responses: { 200: Enrichment },
  errors: { 404: ['intel.enrichment_not_found'] },
});
