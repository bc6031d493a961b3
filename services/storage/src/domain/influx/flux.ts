import { METRIC_PERCENTILES, type MetricAggregate } from '@soc/contracts/storage/metrics';
import type { LabelTest, MetricQuery } from '../metric-query.ts';
import { encodeText, tagOf } from './line-protocol.ts';

/** No text that was encoded has a character that could end a literal. */
const literal = (text: string): string => `"${encodeText(text)}"`;
const column = (label: string): string => `"${tagOf(label)}"`;

const isAnyOf = (label: string, values: readonly string[]): string =>
  values.map((value) => `r[${column(label)}] == ${literal(value)}`).join(' or ');

const filterOf = ({ label, values, isNot }: LabelTest): string => {
  const test = isAnyOf(label, values);
  const condition = isNot
    ? `not exists r[${column(label)}] or not (${test})`
    : `exists r[${column(label)}] and (${test})`;
  return `  |> filter(fn: (r) => ${condition})`;
};

function aggregateOf(aggregate: MetricAggregate): string {
  switch (aggregate) {
    case 'avg':
      return 'mean()';
    case 'last':
      return 'sort(columns: ["_time"]) |> last()';
    case 'p50':
    case 'p90':
    case 'p95':
    case 'p99':
      return `quantile(q: ${METRIC_PERCENTILES[aggregate]}, method: "exact_mean")`;
    case 'min':
    case 'max':
    case 'sum':
    case 'count':
      return `${aggregate}()`;
  }
}

const selecting = (bucket: string, range: { tenantId: string; start: string; stop: string }, more: string): string =>
  `from(bucket: ${JSON.stringify(bucket)})
  |> range(start: ${range.start}, stop: ${range.stop})
  |> filter(fn: (r) => r._field == "value" and r.tenant == ${literal(range.tenantId)}${more})`;

const utc = (time: string): string => new Date(time).toISOString();

/** The query in Flux, one result an aggregate, called by its name. `bucket` is the operator's own word, without a `$`. */
export function toFlux(query: MetricQuery, bucket: string): string {
  const { tenantId, name, from, to, stepS, where, groupBy, aggregates } = query;
  const range = { tenantId, start: utc(from), stop: utc(to) };
  const offsetMs = Date.parse(from) % (stepS * 1_000);
  return `data = ${selecting(bucket, range, ` and r._measurement == ${literal(name)}`)}
${where.map((test) => `${filterOf(test)}\n`).join('')}  |> group(columns: [${groupBy.map(column).join(', ')}])
  |> window(every: ${stepS}s, offset: ${offsetMs}ms)
${aggregates.map((aggregate) => `data |> ${aggregateOf(aggregate)} |> yield(name: "${aggregate}")`).join('\n')}
`;
}

/** How many points a tenant has from before a time. */
export const countingFlux = (bucket: string, tenantId: string, before: string): string =>
  `${selecting(bucket, { tenantId, start: '1970-01-01T00:00:00Z', stop: utc(before) }, '')}
  |> group() |> count() |> yield(name: "count")
`;
