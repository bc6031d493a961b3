import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { ListIncidents } from '@soc/contracts/alert/incidents';
import { ListAuditRecords } from '@soc/contracts/auth/audit';
import { ListRuns } from '@soc/contracts/response/runs';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';

const root = fileURLToPath(new URL('../../', import.meta.url));
const run = promisify(execFile);
const BY = { deadlineMs: 30_000, everyMs: 200 };

let started: JoinedFleet;
beforeAll(async () => {
  started = await joinFleet();
});
afterAll(() => started?.leave());

/** The shell blocks of the section "A tour with curl", in order. */
function tourBlocks(): readonly string[] {
  const readme = readFileSync(`${root}README.md`, 'utf8');
  const section = /^## A tour with curl\n([\s\S]*?)^## /m.exec(readme)?.[1] ?? '';
  return [...section.matchAll(/^```sh\n([\s\S]*?)^```/gm)].map(([, block]) => block ?? '');
}

/** Every answer of a tour goes to one line behind its block's number, so that the test can see each of them. */
const script = (blocks: readonly string[], gatewayUrl: string): string =>
  [
    'set -euo pipefail',
    ...blocks.map((block, index) => `echo "== ${index}"\n${block.replaceAll('http://localhost:8000', gatewayUrl)}`),
    'echo "== keys ${#TOKEN} ${#KEY} $PLAYBOOK"',
  ].join('\n');

/** What the one command of the block that holds `part` answered. */
function answerTo(part: string, blocks: readonly string[], stdout: string): string {
  const index = blocks.findIndex((block) => block.includes(part));
  return stdout.split(`== ${index}\n`)[1]?.split('== ')[0] ?? '';
}

test('every command of the README works as written', async () => {
  const blocks = tourBlocks();
  expect(blocks.length).toBeGreaterThanOrEqual(10);
  const { fleet } = started;
  const { stdout } = await run('bash', ['-c', script(blocks, fleet.gatewayUrl)], {
    cwd: root,
    env: { PATH: process.env['PATH'], SOC_ADMIN_EMAIL: fleet.admin.email, SOC_ADMIN_PASSWORD: fleet.admin.password },
  });
  expect(stdout).toMatch(/"status":"ok"/);
  expect(stdout).toMatch(/"occurrences":1,"deduplicated":false.*\n?.*"occurrences":2,"deduplicated":true/);
  expect(stdout).toMatch(/"received":2,"created":1,"deduplicated":0,"rejected":\[\{"index":1,/);
  expect(stdout).toMatch(/"received":2,"matched":1,"alerts":1,"deduplicated":0,"rejected":\[\]/);
  expect(stdout).toMatch(/"filename":"notes.txt"/);
  const trail = ListAuditRecords.responses[200].parse(JSON.parse(answerTo('/auth/audit?', blocks, stdout)));
  expect(trail.items).toHaveLength(5);
  const query = { query: { entity: 'laptop-8' } };
  const incident = await waitFor(async () => (await started.client.call(ListIncidents, query)).items[0], BY);
  expect(incident).toMatchObject({ severity: 'critical', alertCount: 2 });
  const runs = await waitFor(async () => {
    const { items } = await started.client.call(ListRuns, { query: { incidentId: incident.id } });
    return items.length > 0 ? items : undefined;
  }, BY);
  expect(runs).toMatchObject([{ dryRun: true, origin: { kind: 'trigger', name: 'contain' } }]);
  expect(stdout).toMatch(/== keys [1-9]\d{2,} [1-9]\d+ playbook--/);
});
