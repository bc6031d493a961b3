// npm run test:helm: what is deployed, as tools see it that are too dear for npm test. helm lints and renders the chart, the result
// is held to the schemas of Kubernetes and to checkov, Dockerfiles to hadolint and checkov. `-- --write` keeps what was
// rendered in infra/helm/rendered, which npm test looks at.
import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { CheckStep } from './checks/check-step.ts';
import { runSteps } from './checks/run-steps.ts';
import { toolStep } from './checks/tool-step.ts';
import { CASES, CHART, KEPT, renderedOf, stampOf, valuesOf } from './helm/chart.ts';
import { ensureDeploymentPrograms } from './helm/programs.ts';
import { repositoryRoot } from './repository-root.ts';

/** The oldest that the chart is for, and the newest there is a schema of. */
const KUBERNETES = ['1.29', '1.37'] as const;
const DOCKERFILES = ['Dockerfile', 'infra/postgres/Dockerfile', 'infra/frontend/Dockerfile', 'infra/minio/Dockerfile'];

const programs = await ensureDeploymentPrograms((line) => console.log(line));
const scratch = mkdtempSync(path.join(tmpdir(), 'soc-helm-'));
process.once('exit', () => rmSync(scratch, { recursive: true, force: true }));
const outputOf = (name: string): string => path.join(scratch, `${name}.yaml`);

/** The objects of a case. */
async function render(name: (typeof CASES)[number], ...more: readonly string[]): Promise<string> {
  const version = ['--kube-version', `${KUBERNETES[0]}.0`];
  const args = ['template', 'soc', CHART, '--namespace', 'soc', ...version, '--values', valuesOf(name), ...more];
  return (await promisify(execFile)(programs.helm, args, { cwd: repositoryRoot, maxBuffer: 1e8 })).stdout;
}

for (const name of CASES) {
  const stdout = await render(name);
  await writeFile(outputOf(name), stamped(name, stdout));
  if (!process.argv.includes('--write') || !KEPT.includes(name)) continue;
  const kept = path.join(repositoryRoot, renderedOf(name));
  await mkdir(path.dirname(kept), { recursive: true });
  await writeFile(kept, stamped(name, stdout));
}

const keptIsNew: CheckStep = {
  name: 'kept objects',
  run: async () => {
    const old: string[] = [];
    for (const name of KEPT) {
      const kept = await readFile(path.join(repositoryRoot, renderedOf(name)), 'utf8').catch(() => '');
      if (kept !== (await readFile(outputOf(name), 'utf8'))) old.push(renderedOf(name));
    }
    return {
      ok: old.length === 0,
      output: old.map((file) => `${file} is old: npm run test:helm -- --write`).join('\n'),
    };
  },
};

/** Values over those of `everything`, and what helm says to them. */
const REFUSED = [
  ['stores.influxdb.url=http://influxdb:8086', 'secrets.influxdbAuthority is of no use'],
  ['stores.search.urls={http://search:9200}', 'secrets.searchAuthority is of no use'],
] as const;

const refusals: CheckStep = {
  name: 'refusals',
  run: async () => {
    const wrong: string[] = [];
    for (const [values, told] of REFUSED) {
      const said = await render('everything', '--set', values).then(() => 'nothing', String);
      if (!said.includes(told)) wrong.push(`${values}: said ${said.slice(0, 300)}`);
    }
    return { ok: wrong.length === 0, output: wrong.join('\n') };
  },
};

const results = await runSteps([
  keptIsNew,
  refusals,
  ...CASES.map((name) => toolStep(`helm ${name}`, programs.helm, ['lint', CHART, '--strict', '-f', valuesOf(name)])),
  ...KUBERNETES.map((version) =>
    toolStep(`schemas ${version}`, programs.kubernetesValidate, ['--strict', '-k', version, ...CASES.map(outputOf)]),
  ),
  toolStep('hadolint', programs.hadolint, ['--failure-threshold', 'warning', ...DOCKERFILES]),
  toolStep(
    'checkov',
    programs.checkov,
    ['--config-file', 'infra/helm/checkov.yaml', '--file'].concat(CASES.map(outputOf), DOCKERFILES),
  ),
]);
const passed = results.filter(({ ok }) => ok).length;
console.log(`${passed} passed, ${results.length - passed} failed`);
process.exitCode = passed === results.length ? 0 : 1;

/** Our own line first, and no white space at the ends of lines. */
function stamped(name: (typeof CASES)[number], text: string): string {
  return stampOf(name) + text.replaceAll(/[ \t]+$/gm, '').replaceAll(/\n{2,}/g, '\n');
}
