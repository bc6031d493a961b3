import { AlertUpdated } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AiDeps } from '../deps.ts';
import { ruleOf } from '../domain/rule.ts';
import type { Outcome } from '../outcome-repository.ts';

type Handler = Parameters<typeof batchSubscription<typeof AlertUpdated>>[1];

/** Learns from closed alerts how those of a rule end. Other changes mean nothing here. */
export const onAlertUpdated = ({ outcomes }: Pick<AiDeps, 'outcomes'>) =>
  batchSubscription(AlertUpdated, handle(outcomes), {
    concerns: ({ alert }) => alert.status === 'closed' && alert.verdict !== null,
  });

const handle =
  (outcomes: AiDeps['outcomes']): Handler =>
  async (items, { tx }) => {
    const closed = items.flatMap(({ payload: { alert }, event }): readonly Outcome[] => {
      if (alert.verdict === null) return [];
      const decidedAt = alert.closedAt ?? event.time;
      return [{ tenantId: event.tenantid, alertId: alert.id, ...ruleOf(alert), verdict: alert.verdict, decidedAt }];
    });
    // Closed twice in one batch, reopened in between: the later word counts.
    const byAlert = new Map<string, Outcome>();
    for (const outcome of closed) {
      const known = byAlert.get(outcome.alertId);
      if (!known || known.decidedAt <= outcome.decidedAt) byAlert.set(outcome.alertId, outcome);
    }
    await outcomes.record(tx, [...byAlert.values()]);
  };
