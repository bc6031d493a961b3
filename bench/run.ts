import { readdir } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import type { Benchmark, Figures } from './benchmark.ts';
import { recordFigures } from './record.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { record: { type: 'boolean', default: false } },
});
const files = await readdir(new URL('.', import.meta.url));
const names = files.filter((file) => file.endsWith('.bench.ts')).map((file) => file.replace('.bench.ts', ''));
const [name = ''] = positionals;

if (!names.includes(name)) {
  console.error(`usage: npm run bench -- NAME [--record]\nbenchmarks: ${names.join(', ')}`);
  process.exit(1);
}

// Every *.bench.ts exports `benchmark`.
const { benchmark } = (await import(`./${name}.bench.ts`)) as { readonly benchmark: Benchmark };
const figures: Figures = await benchmark.run((line) => console.log(line));
console.table(
  Object.fromEntries(
    Object.entries(figures).map(([figure, value]) => [figure, { value, goal: benchmark.goals[figure] ?? '' }]),
  ),
);
if (values.record) await recordFigures(name, figures);
console.log(JSON.stringify(figures));
process.exit(0);
