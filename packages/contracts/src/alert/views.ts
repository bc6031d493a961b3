import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { Timestamp, Uuid } from '../primitives.ts';

/** An OCSF Detection Finding (class 2004); the rest of its attributes as OCSF 1.9 names them. */
export const OcsfFinding = z.looseObject({
  class_uid: z.literal(2004),
  category_uid: z.literal(2),
  activity_id: z.number().int(),
  type_uid: z.number().int(),
  severity_id: z.number().int(),
  status_id: z.number().int(),
  /** Milliseconds since 1970. */
  time: z.number().int(),
  message: z.string(),
  metadata: z.looseObject({}),
  finding_info: z.looseObject({ uid: z.string(), title: z.string() }),
});
export type OcsfFinding = z.infer<typeof OcsfFinding>;

/** An alert in the Elastic Common Schema 8.17; its own fields under `soc`. */
export const EcsAlert = z.looseObject({
  '@timestamp': Timestamp,
  ecs: z.object({ version: z.string() }),
  message: z.string(),
  event: z.looseObject({ kind: z.literal('alert'), id: Uuid, dataset: z.string(), severity: z.number().int() }),
});
export type EcsAlert = z.infer<typeof EcsAlert>;

export const GetAlertAsOcsf = endpoint({
  id: 'getAlertAsOcsf',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id/ocsf',
  summary: 'One alert as an OCSF Detection Finding.',
  permission: 'alerts:read',
  params: z.strictObject({ id: Uuid }),
  responses: { 200: OcsfFinding },
  errors: { 404: ['alert.not_found'] },
});

export const GetAlertAsEcs = endpoint({
  id: 'getAlertAsEcs',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/alerts/:id/ecs',
  summary: 'One alert in the Elastic Common Schema.',
  permission: 'alerts:read',
  params: z.strictObject({ id: Uuid }),
  responses: { 200: EcsAlert },
  errors: { 404: ['alert.not_found'] },
});
