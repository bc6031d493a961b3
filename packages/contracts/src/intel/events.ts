import { z } from 'zod';
import { Reputation } from '../alert/alert.ts';
import { event } from '../event.ts';
import { Observable, Timestamp, Uuid } from '../primitives.ts';

/** An observable that an indicator knows. */
export const IndicatorMatch = z.object({
  observable: Observable,
  indicatorId: Uuid,
  indicatorType: z.string(),
  indicatorValue: z.string(),
  /** How it matched: the same value, the host of a URL or an e-mail address, a parent domain, a containing network. */
  kind: z.enum(['exact', 'host', 'subdomain', 'cidr']),
  /** 0–100, STIX scale. */
  confidence: z.number().int().min(0).max(100),
  threat: z.string().nullable(),
  source: z.string(),
});
export type IndicatorMatch = z.infer<typeof IndicatorMatch>;

/** An observable on a list of values that are likely false positives, such as public resolvers. */
export const WarninglistHit = z.object({ observable: Observable, list: z.string(), entry: z.string() });
export type WarninglistHit = z.infer<typeof WarninglistHit>;

export const Enrichment = z.object({
  alertId: Uuid,
  reputation: Reputation,
  matches: z.array(IndicatorMatch),
  warninglistHits: z.array(WarninglistHit),
  enrichedAt: Timestamp,
});
export type Enrichment = z.infer<typeof Enrichment>;

export const EnrichmentCompleted = event({
  type: 'enrichment.completed',
  version: 1,
  owner: 'intel',
  summary: 'The observables of an alert were looked up.',
  payload: Enrichment,
});
