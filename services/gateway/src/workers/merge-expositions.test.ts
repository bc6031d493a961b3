import { Counter, createRegistry } from '@soc/monitoring';
import { expect, test } from 'vitest';
import { mergeExpositions } from './merge-expositions.ts';

async function exposition(worker: string, value: number): Promise<string> {
  const registry = createRegistry('gateway', 'g');
  registry.setDefaultLabels({ worker });
  new Counter({ name: 'soc_things_total', help: 'Things.\nOf all kinds.', registers: [registry] }).inc(value);
  return registry.metrics();
}

test('the samples of a metric stand together, each with its worker, under one head', async () => {
  const merged = mergeExpositions([await exposition('0', 3), await exposition('1', 4)]);
  const lines = merged.split('\n').filter((line) => line.includes('soc_things_total'));
  expect(lines).toEqual([
    '# HELP soc_things_total Things.\\nOf all kinds.',
    '# TYPE soc_things_total counter',
    'soc_things_total{worker="0"} 3',
    'soc_things_total{worker="1"} 4',
  ]);
  const heads = merged.split('\n').filter((line) => line.startsWith('# TYPE'));
  expect(new Set(heads).size).toBe(heads.length);
});
