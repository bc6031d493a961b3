import { productionSources } from './sources.ts';

const sources = [...productionSources('services/'), ...productionSources('packages/')].map(({ text }) => text);

/** Whether a service makes this series. */
export const seriesOfOurs = (name: string): boolean => sources.some((text) => text.includes(`'${name}'`));

/** The names of our own series in PromQL, without the endings that histograms give them. */
export const seriesRead = (promql: string): readonly string[] => [
  ...new Set(
    [...promql.matchAll(/(?<![:\w])(soc_\w+?)(?:_bucket|_count|_sum)?(?=[{[),\s])/g)].map(([, name = '']) => name),
  ),
];
