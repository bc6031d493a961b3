import { z } from 'zod';
import { endpoint } from '../endpoint.ts';
import { page, PageQuery, Severity, Timestamp, Uuid, Verdict } from '../primitives.ts';
import { RunOutcome } from '../response/events.ts';
import { Alert } from './alert.ts';
import { CorrelationReason, Incident, IncidentStatus } from './incident.ts';
import { commaList } from './queries.ts';
import { Assignee, ExpectedVersion } from './triage.ts';

const params = z.strictObject({ id: Uuid });

export const ListIncidentsQuery = PageQuery.extend({
  status: commaList(IncidentStatus).optional(),
  severity: commaList(Severity).optional(),
  assignee: z.string().min(1).max(200).optional(),
  verdict: commaList(Verdict).optional(),
  /** The value of an entity of any type, in any case. */
  entity: z.string().min(1).max(2048).optional(),
  /** By the event time of the last member: `from` inclusive, `to` exclusive. */
  from: Timestamp.optional(),
  to: Timestamp.optional(),
});
export type ListIncidentsQuery = z.infer<typeof ListIncidentsQuery>;

export const ListIncidents = endpoint({
  id: 'listIncidents',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents',
  summary: 'Incidents, the latest opened first.',
  permission: 'incidents:read',
  query: ListIncidentsQuery,
  responses: { 200: page(Incident) },
});

/** How a playbook run on an incident ended. */
export const IncidentResponse = z.object({
  runId: Uuid,
  playbookId: z.string(),
  playbookName: z.string(),
  outcome: RunOutcome,
  detail: z.string(),
  dryRun: z.boolean(),
  startedAt: Timestamp,
  endedAt: Timestamp,
});
export type IncidentResponse = z.infer<typeof IncidentResponse>;

/** A member that took the story one tactic further. */
export const ProgressionStep = z.object({ tactic: z.string(), at: Timestamp, alertId: Uuid, title: z.string() });
export type ProgressionStep = z.infer<typeof ProgressionStep>;

/** How much an incident asks for attention, and what that is made of. */
export const IncidentScore = z.object({
  value: z.number().int().min(0).max(100),
  reasons: z.array(z.object({ points: z.number().int(), explanation: z.string() })),
});
export type IncidentScore = z.infer<typeof IncidentScore>;

/** An incident with why its alerts belong together (the first 200 reasons) and what was done (the last 50 runs). */
export const IncidentDetail = Incident.extend({
  score: IncidentScore,
  /** The longest series of members whose tactics come in the order of ATT&CK; of the first 2,000 members with tactics. */
  progression: z.array(ProgressionStep),
  reasons: z.array(CorrelationReason),
  responses: z.array(IncidentResponse),
});
export type IncidentDetail = z.infer<typeof IncidentDetail>;

export const GetIncident = endpoint({
  id: 'getIncident',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents/:id',
  summary: 'One incident with the reasons for its correlation.',
  permission: 'incidents:read',
  params,
  responses: { 200: IncidentDetail },
  errors: { 404: ['incident.not_found'] },
});

export const UpdateIncidentBody = z
  .strictObject({
    status: IncidentStatus.optional(),
    assignee: Assignee.optional(),
    verdict: Verdict.optional(),
    severity: Severity.optional(),
    title: z.string().trim().min(1).max(512).optional(),
    version: ExpectedVersion.optional(),
  })
  .refine(
    ({ version: _, ...changes }) => Object.values(changes).some((value) => value !== undefined),
    'name at least one of status, assignee, verdict, severity, title',
  );
export type UpdateIncidentBody = z.infer<typeof UpdateIncidentBody>;

export const UpdateIncident = endpoint({
  id: 'updateIncident',
  service: 'alert',
  method: 'PATCH',
  url: '/api/v1/incidents/:id',
  summary: 'Work on an incident. A title or severity set here is kept when more alerts join.',
  permission: 'incidents:write',
  params,
  body: UpdateIncidentBody,
  responses: { 200: Incident },
  errors: {
    404: ['incident.not_found'],
    409: ['incident.version_conflict', 'incident.illegal_transition', 'incident.merged'],
  },
});

export const ListIncidentAlerts = endpoint({
  id: 'listIncidentAlerts',
  service: 'alert',
  method: 'GET',
  url: '/api/v1/incidents/:id/alerts',
  summary: 'The member alerts, in the order of event time.',
  permission: 'incidents:read',
  params,
  query: PageQuery,
  responses: { 200: page(Alert) },
  errors: { 404: ['incident.not_found'] },
});
