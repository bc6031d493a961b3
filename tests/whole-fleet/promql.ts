import { z } from 'zod';
import { dashboards } from '../../scripts/dashboards/index.ts';

/** An expression as Prometheus is asked, and where it stands. */
export interface Expression {
  readonly of: string;
  readonly promql: string;
}

const Rules = z.object({
  data: z.object({
    groups: z.array(
      z.object({
        rules: z.array(z.object({ name: z.string(), query: z.string(), type: z.enum(['alerting', 'recording']) })),
      }),
    ),
  }),
});
const Answer = z.object({
  data: z.object({ result: z.array(z.object({ value: z.tuple([z.number(), z.string()]) })) }),
});

const ANSWERS_WITHIN_MS = 20_000;

async function ask(url: string): Promise<unknown> {
  const answer = await fetch(url, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}: ${text}`);
  return JSON.parse(text);
}

/** How many series an expression has now whose value is a number. Throws when Prometheus cannot evaluate it. */
export async function countSeries(prometheusUrl: string, promql: string): Promise<number> {
  const { data } = Answer.parse(await ask(`${prometheusUrl}/api/v1/query?query=${encodeURIComponent(promql)}`));
  return data.result.filter(({ value: [, value] }) => value !== 'NaN').length;
}

const LIMIT = /\s(?:==|!=|>=|<=|>|<)\s+[\d.][\d.\s*]*(?=$|\s+(?:and|or|unless)\b)/g;

/**
 * What an alert compares: on a healthy fleet the comparison rightly has nothing. Of `a unless b` it is `a`, since there
 * `b` is what is well.
 */
export const withoutLimits = (promql: string): string => (promql.split(/\sunless\s/)[0] ?? '').replaceAll(LIMIT, '');

/** Every expression of every dashboard, with the variables as Grafana puts "All" in. */
export const expressionsOfDashboards = (): readonly Expression[] =>
  dashboards.flatMap(({ uid, rows }) =>
    rows.flatMap(({ panels }) =>
      panels.flatMap(({ title, queries }) =>
        queries.map(([expr]) => ({
          of: `${uid}: ${title}`,
          promql: expr.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*'),
        })),
      ),
    ),
  );

/** Every rule that this Prometheus has loaded. */
export async function expressionsOfRules(prometheusUrl: string): Promise<readonly Expression[]> {
  const { data } = Rules.parse(await ask(`${prometheusUrl}/api/v1/rules`));
  return data.groups.flatMap(({ rules }) =>
    rules.map(({ name, query, type }) => ({
      of: `${type === 'alerting' ? 'alert' : 'record'} ${name}`,
      promql: type === 'alerting' ? withoutLimits(query) : query,
    })),
  );
}
