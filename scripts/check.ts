// npm run check: what a reviewer should not have to look at. `npm run check -- types lint` runs those steps alone.
import { runSteps } from './checks/run-steps.ts';
import { steps } from './checks/steps.ts';

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !steps.some((step) => step.name === name));
if (unknown.length > 0) {
  console.error(
    `There is no check named ${unknown.join(', ')}; there are: ${steps.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}
const results = await runSteps(wanted.length === 0 ? steps : steps.filter(({ name }) => wanted.includes(name)));
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
