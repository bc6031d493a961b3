import type { Queryable } from '@soc/db-cluster';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from './app.ts';
import { createIncidentRepository } from './incident-repository.ts';
import { createMemberRepository } from './member-repository.ts';

const theirs = '00000000-0000-7000-8000-00000000000b';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(alertService);
  await service.query(
    `insert into alert.incident_responses values ($1, 'other', $1, 'p', 'Playbook', 'succeeded', '', false, now(), now())`,
    [theirs],
  );
  const reasons = JSON.stringify([{ entityType: 'host', entityValue: 'their-host' }]);
  await service.query(`insert into alert.incident_members values ($1, now(), $1, 'other', now(), $2)`, [
    theirs,
    reasons,
  ]);
});
afterAll(() => service.close());

test.each([
  ['responses', (read: Queryable) => createIncidentRepository().listResponses(read, theirs, 10)],
  ['reasons', (read: Queryable) => createMemberRepository().listReasons(read, theirs, 10)],
])('the %s of an incident, asked for by its id alone, are those of the own tenant', async (_, list) => {
  expect(await list(service.asTenant('other'))).toHaveLength(1);
  expect(await list(service.asTenant('default'))).toEqual([]);
});
