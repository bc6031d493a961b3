import {
  type Alert,
  AlertUpdated,
  AnalysisCompleted,
  type EventEnvelope,
  IncidentCreated,
  IncidentUpdated,
} from '@soc/contracts';
import { type BatchItem, batchSubscription } from '@soc/messaging';
import type { Correlated } from '../correlation.ts';
import type { AlertDeps } from '../deps.ts';
import { risksOf } from '../domain/correlation/risk.ts';
import { changedByAnalysis, newestAnalyses, withAnalysis } from '../domain/analysed.ts';

type Deps = Pick<
  AlertDeps,
  'alertFacts' | 'alerts' | 'arrivals' | 'candidates' | 'correlation' | 'now' | 'pipeline' | 'risks'
>;
type Context = Parameters<Parameters<typeof batchSubscription<typeof AnalysisCompleted>>[1]>[1];

/**
 * Stores what triage found out and correlates: the first moment an alert's techniques and score are known. All of a batch
 * shares a few statements and publishes each incident once.
 */
export const onAnalysisCompleted = (deps: Deps) =>
  batchSubscription(
    AnalysisCompleted,
    async (items, context) => {
      const tenants = Map.groupBy(items, ({ event }) => event.tenantid);
      for (const tenantId of [...tenants.keys()].toSorted()) {
        await handleTenant(deps, tenantId, tenants.get(tenantId) ?? [], context);
      }
    },
    { batchSize: 200 },
  );

async function handleTenant(
  { alertFacts, alerts, arrivals, candidates, correlation, now, pipeline, risks }: Deps,
  tenantId: string,
  items: readonly BatchItem<typeof AnalysisCompleted>[],
  context: Context,
): Promise<void> {
  const { tx, publishMany } = context;
  await candidates.lockTenant(tx, tenantId);
  const stored = await alertFacts.findForAnalysis(
    tx,
    tenantId,
    items.map(({ payload }) => payload.alertId),
  );
  const news = newestAnalyses(
    stored,
    items.map(({ payload }) => payload),
  );
  if (news.length === 0) return;

  const analysed = news.map(({ alert, analysis }) => withAnalysis(alert, analysis));
  // An alert adds to the risk of its entities once, whatever later analyses say; one that is hidden adds none.
  const fresh = news.filter(({ alert }) => alert.analysedAt === null && (alert.suppressedBy ?? null) === null);
  await risks.add(tx, tenantId, risksOf(fresh.map(({ alert }) => alert)));
  const correlated = await correlation(tx, tenantId, analysed);
  const { incidentOf } = correlated;
  const ids = new Set(analysed.map(({ id }) => id));
  const others = [...incidentOf].filter(([alertId]) => !ids.has(alertId));
  // Both updates below lock rows: together, in one order, or an enrichment of some of the same alerts could deadlock.
  if (others.length > 0) await alerts.lockMany(tx, [...ids, ...others.map(([alertId]) => alertId)]);
  const saved = await alertFacts.saveAnalyses(
    tx,
    news.map(({ analysis }, index) => {
      // One for each, in the same order.
      const { id, tactics, techniques, incidentId } = analysed[index] as Alert;
      const { revision, score, suggestedVerdict, analysedAt } = analysis;
      const belongsTo = incidentOf.get(id) ?? incidentId;
      return { id, revision, score, suggestedVerdict, tactics, techniques, analysedAt, incidentId: belongsTo };
    }),
  );
  await arrivals.indexTechniques(tx, saved);
  const joined =
    others.length === 0
      ? []
      : await alerts.assignIncidents(
          tx,
          others.map(([alertId, incidentId]) => ({ alertId, incidentId })),
        );

  const firstTimes = new Set(fresh.map(({ alert }) => alert.id));
  tx.afterCommit(() => {
    for (const alert of saved.filter(({ id }) => firstTimes.has(id))) {
      pipeline.reached('analysed', alert, now());
      if (alert.incidentId !== null) pipeline.reached('correlated', alert, now());
    }
  });
  const before = new Map(news.map(({ alert }) => [alert.id, alert]));
  const causes = new Map(items.map(({ payload, event }) => [payload.alertId, event]));
  await publishMany([
    ...[...saved, ...joined].map((alert) => {
      const known = before.get(alert.id);
      const changed = known ? [...changedByAnalysis(known, alert)] : ['incidentId'];
      return context.message(causeOf([alert.id], causes), AlertUpdated, { alert, changed }, { subject: alert.id });
    }),
    ...incidentMessages(correlated, causes, context),
  ]);
}

function incidentMessages(
  { opened, updated }: Correlated,
  causes: ReadonlyMap<string, EventEnvelope>,
  { message }: Context,
) {
  return [
    ...opened.map(({ incident, alertIds, reasons }) =>
      message(
        causeOf(alertIds, causes),
        IncidentCreated,
        { incident, alertIds: [...alertIds], reasons: [...reasons] },
        { subject: incident.id },
      ),
    ),
    ...updated.map(({ incident, changed, addedAlertIds }) =>
      message(
        causeOf(addedAlertIds, causes),
        IncidentUpdated,
        { incident, changed: [...changed], addedAlertIds: [...addedAlertIds] },
        { subject: incident.id },
      ),
    ),
  ];
}

/** The event that brought about a change of some alerts: that of one of them, or else the first of the batch. */
function causeOf(alertIds: readonly string[], causes: ReadonlyMap<string, EventEnvelope>): EventEnvelope {
  const id = alertIds.find((alertId) => causes.has(alertId));
  const [first] = causes.values();
  // A batch has at least one event.
  return (id === undefined ? first : causes.get(id)) as EventEnvelope;
}
