/**
 * Several workers' metrics in Prometheus's text format as one: the samples of a metric must stand together. Samples are told
 * apart by a label that each worker puts on its own.
 */
export function mergeExpositions(texts: readonly string[]): string {
  const families = new Map<string, string[]>();
  for (const family of texts.flatMap((text) => text.trim().split('\n\n'))) {
    const [help = '', type = '', ...samples] = family.split('\n');
    const head = `${help}\n${type}`;
    families.set(head, [...(families.get(head) ?? []), ...samples]);
  }
  return `${[...families].map(([head, samples]) => [head, ...samples].join('\n')).join('\n\n')}\n`;
}
