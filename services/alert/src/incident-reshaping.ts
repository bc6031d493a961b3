import { AlertUpdated, type Incident, IncidentUpdated } from '@soc/contracts';
import type { Tx } from '@soc/db-cluster';
import type { Origin, Outbox } from '@soc/messaging';
import type { AlertRepository } from './alert-repository.ts';
import { changedFields } from './domain/incident-change.ts';
import { withMembers } from './domain/reshape-incident.ts';
import type { IncidentRepository, StoredIncident } from './incident-repository.ts';
import type { MemberRepository } from './member-repository.ts';

/** The steps that merging and splitting share. */
export function createIncidentReshaping(given: {
  readonly outbox: Outbox;
  readonly alerts: AlertRepository;
  readonly incidents: IncidentRepository;
  readonly members: MemberRepository;
}) {
  const { outbox, alerts, incidents, members } = given;
  return {
    /** Counts the members anew and stores the incident, which correlation will not merge away after that. */
    recount: async (tx: Tx, stored: StoredIncident, at: string): Promise<Incident> => {
      const summary = await members.summarise(tx, stored.incident.id);
      const incident = withMembers(stored.incident, summary, stored.isSeverityFixed, at);
      await incidents.save(tx, [{ ...stored, incident, assetCount: summary.assetCount, isKeptApart: true }]);
      return incident;
    },

    /** Stores the alerts' incident and publishes that it is another now. */
    reassign: async (tx: Tx, alertIds: readonly string[], incidentId: string, origin: Origin): Promise<void> => {
      const assignments = alertIds.map((alertId) => ({ alertId, incidentId }));
      const moved = await alerts.assignIncidents(tx, assignments);
      const messages = moved.map((alert) =>
        outbox.message(AlertUpdated, { alert, changed: ['incidentId'] }, { ...origin, subject: alert.id }),
      );
      await outbox.publishMany(tx, messages);
    },

    publishUpdate: async (
      tx: Tx,
      { before, after, addedAlertIds = [] }: { before: Incident; after: Incident; addedAlertIds?: readonly string[] },
      origin: Origin,
    ): Promise<void> => {
      const changed = [...changedFields(before, after)];
      const payload = { incident: after, changed, addedAlertIds: [...addedAlertIds] };
      await outbox.publish(tx, IncidentUpdated, payload, { ...origin, subject: after.id });
    },
  };
}

export type IncidentReshaping = ReturnType<typeof createIncidentReshaping>;
