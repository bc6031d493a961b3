import type { Alert, Incident, NotificationSent, PayloadOf, ResponseCompleted } from '@soc/contracts';
import { severityRank } from '@soc/contracts';
import type { LiveEvent } from '@soc/contracts/notification/live';

/** Of alerts only these reach the live stream one by one; the rest would drown what matters. */
export const isShownLive = ({ severity }: Alert): boolean => severityRank(severity) >= severityRank('high');

export const liveAlert = ({ id, title, severity, source, status, receivedAt }: Alert): LiveEvent => ({
  type: 'alert.created',
  subject: id,
  at: receivedAt,
  title,
  severity,
  facts: { source, status },
});

/** `changed` is undefined for a new incident. */
export function liveIncident(incident: Incident, changed?: readonly string[]): LiveEvent {
  const { id, title, severity, status, alertCount, createdAt, updatedAt } = incident;
  return {
    type: changed ? 'incident.updated' : 'incident.created',
    subject: id,
    at: changed ? updatedAt : createdAt,
    title,
    severity,
    facts: { status, alertCount, ...(changed && { changed: changed.join(',') }) },
  };
}

export const liveRun = (run: PayloadOf<typeof ResponseCompleted>): LiveEvent => ({
  type: 'response.completed',
  subject: run.runId,
  at: run.endedAt,
  title: run.playbookName,
  severity: null,
  facts: { outcome: run.outcome, incidentId: run.incidentId, dryRun: run.dryRun },
});

/** `title` is that of the message that was sent. */
export const liveDelivery = (sent: PayloadOf<typeof NotificationSent>, title: string): LiveEvent => ({
  type: 'notification.sent',
  subject: sent.deliveryId,
  at: sent.endedAt,
  title,
  severity: null,
  facts: { channelKind: sent.channelKind, outcome: sent.outcome, attempts: sent.attempts, about: sent.aboutSubject },
});
