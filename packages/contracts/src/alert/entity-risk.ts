import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, page, PageQuery, QueryInt, Severity, Timestamp, Uuid } from '../primitives.ts';
import { commaList } from './queries.ts';

/** An alert's part in the risk of an entity: its points when it happened, and what is left of them now. */
export const RiskContribution = z.object({
  alertId: Uuid,
  title: z.string(),
  severity: Severity,
  occurredAt: Timestamp,
  incidentId: Uuid.nullable(),
  points: z.number(),
  now: z.number(),
});
export type RiskContribution = z.infer<typeof RiskContribution>;

/**
 * What the alerts that name an entity add up to now: 1, 5, 15, 40 or 80 points by severity, each fading by half a day. A hub,
 * seen with more than 20 assets in a week, has the risk of all that goes through it.
 */
export const EntityRisk = z.object({
  type: ObservableType,
  value: z.string(),
  risk: z.number(),
  alertCount: z.number().int(),
  lastAt: Timestamp,
  assets: z.number().int(),
  isHub: z.boolean(),
  /** The five that weigh most now, of the latest 100 alerts. */
  contributions: z.array(RiskContribution),
});
export type EntityRisk = z.infer<typeof EntityRisk>;

export const ListEntityRisks = endpoint({
  id: 'listEntityRisks',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents/risk',
  summary: 'Hosts, users and addresses by the risk that their alerts add up to, the riskiest first.',
  permission: 'incidents:read',
  query: PageQuery.extend({ limit: QueryInt(1, 50).optional(), type: commaList(ObservableType).optional() }),
  responses: { 200: page(EntityRisk) },
});
