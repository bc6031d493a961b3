import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { ObservableType, Severity, Timestamp, Uuid } from '../primitives.ts';
import { Incident } from './incident.ts';

const params = z.strictObject({ id: Uuid });

/** A member alert, or an entity that at least two members share. */
export const GraphNode = z.discriminatedUnion('kind', [
  z.object({
    id: z.string(),
    kind: z.literal('alert'),
    label: z.string(),
    alertId: Uuid,
    severity: Severity,
    at: Timestamp,
  }),
  z.object({ id: z.string(), kind: z.literal('entity'), label: z.string(), type: ObservableType, value: z.string() }),
]);
export type GraphNode = z.infer<typeof GraphNode>;

/** From an alert node to an entity node; `role` as in the alert's observable. */
export const GraphEdge = z.object({ source: z.string(), target: z.string(), role: z.string().nullable() });
export type GraphEdge = z.infer<typeof GraphEdge>;

/** Of an incident with more than 500 members, the first 500 by event time; then `truncated`. */
export const IncidentGraph = z.object({
  nodes: z.array(GraphNode),
  edges: z.array(GraphEdge),
  truncated: z.boolean(),
});
export type IncidentGraph = z.infer<typeof IncidentGraph>;

export const GetIncidentGraph = endpoint({
  id: 'getIncidentGraph',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents/:id/graph',
  summary: 'Member alerts and the entities they share, as nodes and edges.',
  permission: 'incidents:read',
  params,
  responses: { 200: IncidentGraph },
  errors: { 404: ['incident.not_found'] },
});

export const RequestResponse = endpoint({
  id: 'requestResponse',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/incidents/:id/response',
  summary: 'Ask for a playbook to run on an incident. Takes an Idempotency-Key.',
  permission: 'runs:execute',
  audit: 'response.request',
  params,
  body: z.strictObject({ playbookId: z.string().trim().min(1).max(200), dryRun: z.boolean().default(false) }),
  responses: { 202: z.object({ requestId: Uuid }) },
  errors: { 404: ['incident.not_found'], 409: ['incident.merged'], 422: ['idempotency.key_reused'] },
});

export const MergeIncidents = endpoint({
  id: 'mergeIncidents',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/incidents/:id/merge',
  summary: 'Move the alerts of other incidents into this one and close those.',
  permission: 'incidents:write',
  params,
  body: z.strictObject({ incidentIds: z.array(Uuid).min(1).max(20) }),
  responses: { 200: Incident },
  errors: {
    404: ['incident.not_found'],
    409: ['incident.already_closed', 'incident.merged'],
    422: ['incident.merged_with_itself'],
  },
});

export const SplitIncident = endpoint({
  id: 'splitIncident',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/incidents/:id/split',
  summary: 'Move some alerts of an incident into a new one.',
  permission: 'incidents:write',
  params,
  body: z.strictObject({
    alertIds: z.array(Uuid).min(1).max(500),
    title: z.string().trim().min(1).max(512).optional(),
  }),
  responses: { 201: Incident },
  errors: {
    404: ['incident.not_found'],
    409: ['incident.already_closed', 'incident.left_empty'],
    422: ['incident.alert_not_member'],
  },
});

export const UndoReshaping = endpoint({
  id: 'undoReshaping',
  service: 'alert',
  method: 'POST',
  url: '/api/v1/incidents/:id/undo',
  summary: 'Take the last merge or split of an incident back; correlation keeps what comes of it apart.',
  permission: 'incidents:write',
  params,
  /**
   * The incident's version that this was decided on; refused when it is another by now. Without it only what was done last is taken
   * back: right after an undo there is nothing to take back without saying on which version, so that a second click does nothing.
   */
  query: z.strictObject({ version: z.coerce.number().int().min(1).optional() }),
  /** The incidents that changed and go on. */
  responses: { 200: z.object({ incidents: z.array(Incident) }) },
  errors: {
    404: ['incident.not_found'],
    409: [
      'incident.nothing_to_undo',
      'incident.already_undone',
      'incident.already_closed',
      'incident.merged',
      'incident.left_empty',
      'incident.version_conflict',
    ],
  },
});
