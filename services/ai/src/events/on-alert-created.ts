import { AlertCreated, AnalysisCompleted } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AiDeps } from '../deps.ts';

/** Analyses every new alert once. */
export const onAlertCreated = ({ triage, now }: Pick<AiDeps, 'triage' | 'now'>) =>
  batchSubscription(AlertCreated, async (items, { tx, message, publishMany }) => {
    const byAlert = new Map(items.map((item) => [item.payload.alert.id, item]));
    const alerts = [...byAlert.values()].map(({ payload, event }) => ({ ...payload, tenantId: event.tenantid }));
    const analysed = await triage(tx, alerts, now());
    await publishMany(
      analysed.flatMap(({ analysis }) => {
        const cause = byAlert.get(analysis.alertId);
        return cause ? [message(cause.event, AnalysisCompleted, analysis, { subject: analysis.alertId })] : [];
      }),
    );
  });
