import { AlertUpdated, MetricRecorded } from '@soc/contracts';
import { batchSubscription } from '@soc/messaging';
import type { AnalyticsDeps } from '../deps.ts';
import { latestOfEach } from '../domain/latest.ts';
import { concernsFigures } from '../domain/concerns-figures.ts';
import { newMilestones } from '../domain/milestones.ts';

type Handler = Parameters<typeof batchSubscription<typeof AlertUpdated>>[1];

const UNKNOWN = { triagedAt: null, closedAt: null };

/** Follows an alert through triage, and records how long it took to be acknowledged and resolved. */
export const onAlertUpdated = ({ alertFacts }: Pick<AnalyticsDeps, 'alertFacts'>) =>
  batchSubscription(AlertUpdated, handle(alertFacts), { concerns: ({ changed }) => concernsFigures(changed) });

const handle =
  (alertFacts: AnalyticsDeps['alertFacts']): Handler =>
  async (items, { tx, message, publishMany }) => {
    const latest = latestOfEach(items.map(({ payload, event }) => ({ ...payload.alert, event })));
    // Most updates are scores and enrichments of alerts nobody has touched yet.
    const touched = latest.filter(({ triagedAt, closedAt }) => triagedAt !== null || closedAt !== null);
    const known = await alertFacts.milestones(
      tx,
      touched.map(({ id }) => id),
    );
    await alertFacts.save(tx, latest);
    await publishMany(
      touched.flatMap((alert) =>
        newMilestones(alert, known.get(alert.id) ?? UNKNOWN).map(({ name, valueS, at }) =>
          message(
            alert.event,
            MetricRecorded,
            { name, value: valueS, at, labels: { severity: alert.severity, source: alert.source } },
            { subject: alert.id },
          ),
        ),
      ),
    );
  };
