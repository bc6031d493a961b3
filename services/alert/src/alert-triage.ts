import { type Alert, AlertUpdated } from '@soc/contracts';
import type { DbCluster } from '@soc/db-cluster';
import type { Principal } from '@soc/identity';
import type { Origin, Outbox } from '@soc/messaging';
import { conflict, notFound, uuidv7 } from '@soc/service-kit';
import type { AlertRepository } from './alert-repository.ts';
import { tellChange } from './domain/change.ts';
import type { TriageDecision } from './domain/triage-alert.ts';
import type { TimelineRepository } from './timeline-repository.ts';

export interface TriageRequest {
  readonly alertId: string;
  readonly note: string | undefined;
  readonly principal: Principal;
  readonly origin: Origin;
}

export type AlertTriage = (
  request: TriageRequest,
  decide: (alert: Alert, at: string) => TriageDecision,
) => Promise<Alert>;

/** Loads an alert, lets `decide` judge, and saves, tells and publishes what changed. Throws the refusal as 404 or 409. */
export function createAlertTriage(given: {
  readonly db: Pick<DbCluster, 'tx'>;
  readonly outbox: Outbox;
  readonly now: () => Date;
  readonly alerts: AlertRepository;
  readonly timeline: TimelineRepository;
}): AlertTriage {
  const { db, outbox, now, alerts, timeline } = given;
  return ({ alertId, note, principal, origin }, decide) =>
    db.tx(async (tx) => {
      const before = await alerts.lock(tx, principal.tenantId, alertId);
      if (!before) throw notFound('alert.not_found');
      const at = now();
      const decision = decide(before, at.toISOString());
      if (!decision.ok) throw conflict(`alert.${decision.refusal}`);
      const { alert, changes } = decision;
      if (changes.length === 0) return alert;

      await alerts.saveTriage(tx, alert);
      const entries = changes.map((change) => {
        const { kind, summary, data } = tellChange(change);
        return {
          id: uuidv7(at.getTime()),
          tenantId: alert.tenantId,
          alertId,
          incidentId: null,
          at: at.toISOString(),
          kind,
          actor: principal.name,
          summary,
          data: { ...data, ...(note !== undefined && { note }) },
        };
      });
      await timeline.add(tx, entries);
      const changed = changes.map(({ field }) => field);
      await outbox.publish(tx, AlertUpdated, { alert, changed }, { ...origin, subject: alertId });
      return alert;
    });
}
