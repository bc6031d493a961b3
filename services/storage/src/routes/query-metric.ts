import { type MetricAggregate, QueryMetric } from '@soc/contracts/storage/metrics';
import { route, unavailable, unprocessable } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { readLabelTests } from '../domain/metric-query.ts';
import { checkMetricRange } from '../domain/metric-range.ts';
import { chooseResolution } from '../domain/metric-resolution.ts';
import { MetricStoreUnavailableError } from '../ports/metric-store.ts';

const DEFAULT_AGGREGATES: readonly MetricAggregate[] = ['avg', 'min', 'max', 'count'];

export const queryMetricRoute = ({ db, metrics: { store }, now }: Pick<StorageDeps, 'db' | 'metrics' | 'now'>) =>
  route(QueryMetric, async ({ query, principal, consistencyToken, inTime }) => {
    const { name, from, to, step: stepS, label = [], groupBy = [], aggregate = DEFAULT_AGGREGATES } = query;
    const checked = checkMetricRange({ from, to, stepS });
    if (!checked.ok) throw unprocessable(`storage.${checked.refusal}`);
    const asked = {
      tenantId: principal.tenantId,
      name,
      from,
      to,
      stepS,
      where: readLabelTests(label),
      groupBy: [...new Set(groupBy)],
      aggregates: [...new Set(aggregate)],
    };
    const chosen = chooseResolution(asked, store.resolutions, now());
    if (!chosen.ok) {
      throw unprocessable('storage.resolution_gone', `What answers this exactly is kept since ${chosen.keptSince}.`);
    }
    const { resolutionS } = chosen;
    const read = inTime(db.readYourWrites(consistencyToken));
    const answer = await measured(store.query({ ...asked, resolutionS }, read));
    if (!answer.ok) throw unprocessable(`storage.${answer.refusal}`);
    return { name, stepS, resolutionS, series: [...answer.series] };
  });

/** Waits for an answer of the metric store. Throws the 503 where that is away; what it said is in the log, for the operator. */
export async function measured<Answer>(answer: Promise<Answer>): Promise<Answer> {
  try {
    return await answer;
  } catch (error) {
    if (!(error instanceof MetricStoreUnavailableError)) throw error;
    throw unavailable('storage.metrics_unavailable');
  }
}
