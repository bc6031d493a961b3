import { execFile } from 'node:child_process';
import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { CreateAsset } from '@soc/contracts/ai/asset';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { ExportAudit, ListAuditRecords } from '@soc/contracts/auth/audit';
import { CreateUser } from '@soc/contracts/auth/users';
import { thisHost } from '@soc/fleet';
import { makeTemporaryDirectory, waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { joinFleet, type JoinedFleet } from './join-fleet.ts';

const SOC = fileURLToPath(new URL('../../packages/fleet/src/cli/main.ts', import.meta.url));

let started: JoinedFleet;
beforeAll(async () => {
  started = await joinFleet();
});
afterAll(() => started?.leave());

async function soc(...args: readonly string[]): Promise<{ readonly code: number; readonly stdout: string }> {
  const { promise, resolve } = Promise.withResolvers<{ code: number; stdout: string }>();
  const child = execFile(thisHost().nodePath, [SOC, ...args], (_, stdout) =>
    resolve({ code: child.exitCode ?? -1, stdout }),
  );
  return promise;
}

/** What an auditor takes along: the checkpoints first, then the trail, and the public key. */
async function takeAlong() {
  const directory = await makeTemporaryDirectory('auditor');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const { fleet, client } = started;
  const files = {
    checkpoints: join(directory.path, 'checkpoints'),
    records: join(directory.path, 'trail.ndjson'),
    key: join(directory.path, 'key.pem'),
  };
  await cp(join(fleet.dataDirectory, 'audit-checkpoints'), files.checkpoints, { recursive: true });
  const answer = await fetch(`${fleet.gatewayUrl}${ExportAudit.url}?scope=fleet`, {
    headers: { authorization: `Bearer ${client.accessToken}` },
  });
  expect(answer.status).toBe(200);
  await writeFile(files.records, await answer.text());
  await writeFile(files.key, (await soc('audit', 'key', '--data-dir', fleet.dataDirectory)).stdout);
  return files;
}

const verify = ({ records, checkpoints, key }: Awaited<ReturnType<typeof takeAlong>>) =>
  soc('audit', 'verify', '--records', records, '--checkpoints', checkpoints, '--key', key);

test(
  'logins, changes and refusals of several services are in one trail, which an auditor verifies offline',
  { timeout: 120_000 },
  async () => {
    const { fleet, client } = started;
    const asset = await client.call(CreateAsset, { body: { type: 'host', pattern: 'dc01', value: 90 } });
    const password = 'correct horse battery staple of the auditor';
    await client.call(CreateUser, {
      body: { email: 'audited@example.org', displayName: 'Audited', roles: ['viewer'], password },
    });
    expect((await fetch(`${fleet.gatewayUrl}${ListAlerts.url}`)).status).toBe(401);
    const expected = [
      'login.attempt auth success',
      'asset.create ai success',
      'user.create auth success',
      'endpoint.call gateway denied',
    ];
    const records = await waitFor(
      async () => {
        const { items } = await client.call(ListAuditRecords, { query: { limit: '200' } });
        const seen = new Set(items.map(({ action, service, outcome }) => `${action} ${service} ${outcome}`));
        return expected.every((each) => seen.has(each)) && items;
      },
      { deadlineMs: 60_000, everyMs: 200 },
    );
    expect(records.find(({ action }) => action === 'asset.create')?.target).toEqual({ type: 'asset', id: asset.id });
    expect(JSON.stringify(records)).not.toContain(password);

    const files = await takeAlong();
    const intact = await verify(files);
    expect([intact.code, intact.stdout]).toEqual([0, expect.stringContaining('The trail is what was written.')]);
    const lines = (await readFile(files.records, 'utf8')).trimEnd().split('\n');
    await writeFile(files.records, lines.toSpliced(1, 1).join('\n'));
    const cut = await verify(files);
    expect([cut.code, cut.stdout]).toEqual([1, expect.stringContaining('BAD: record 2 is missing')]);
  },
);
