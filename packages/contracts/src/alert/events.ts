import { z } from 'zod';
import { event } from '../event.ts';
import { Timestamp, Uuid } from '../primitives.ts';
import { Alert } from './alert.ts';
import { CorrelationReason, Incident } from './incident.ts';
import { Comment } from './triage.ts';

export const AlertCreated = event({
  type: 'alert.created',
  version: 1,
  owner: 'alert',
  ordered: true,
  summary: 'A new alert was accepted; duplicates within the window do not repeat it.',
  payload: z.object({ alert: Alert }),
});

export const AlertUpdated = event({
  type: 'alert.updated',
  version: 1,
  owner: 'alert',
  ordered: true,
  summary: 'An alert changed: the fields named in `changed` hold new values.',
  payload: z.object({ alert: Alert, changed: z.array(z.string()) }),
});

export const IncidentCreated = event({
  type: 'incident.created',
  version: 1,
  owner: 'alert',
  ordered: true,
  summary: 'Correlation opened an incident.',
  payload: z.object({ incident: Incident, alertIds: z.array(Uuid), reasons: z.array(CorrelationReason) }),
});

export const IncidentUpdated = event({
  type: 'incident.updated',
  version: 1,
  owner: 'alert',
  ordered: true,
  summary: 'An incident gained alerts or was worked on: the fields named in `changed` hold new values.',
  payload: z.object({
    incident: Incident,
    changed: z.array(z.string()),
    /** Alerts that joined with this change. */
    addedAlertIds: z.array(Uuid),
  }),
});

export const ResponseRequested = event({
  type: 'response.requested',
  version: 1,
  owner: 'alert',
  summary: 'An analyst asked for a playbook to run on an incident.',
  payload: z.object({
    requestId: Uuid,
    incident: Incident,
    playbookId: z.string(),
    requestedBy: z.string(),
    requestedAt: Timestamp,
    dryRun: z.boolean(),
  }),
});

export const CommentAdded = event({
  type: 'comment.added',
  version: 1,
  owner: 'alert',
  summary: 'Somebody commented on an alert.',
  payload: z.object({ comment: Comment }),
});

export const EventReceived = event({
  type: 'event.received',
  version: 1,
  owner: 'alert',
  summary: 'Raw events came in, as their source sent them; some at a time, and only as far as they are to be searched.',
  payload: z.object({
    receivedAt: Timestamp,
    /** `text` is cut to what is searched; `alertId` is the alert that it became, if it is known. */
    items: z.array(z.object({ id: Uuid, alertId: Uuid.nullable(), source: z.string().nullable(), text: z.string() })),
  }),
});
