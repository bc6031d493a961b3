import { ImportPlaybook } from '@soc/contracts/response/playbooks';
import { GetRun, type RunDetail, type RunStatus, StartRun } from '@soc/contracts/response/runs';
import { type TestService, waitFor } from '@soc/fleet/testing';
import { expect } from 'vitest';
import { playbookDocument } from './domain/playbook.fixture.ts';

const ENDED: readonly RunStatus[] = ['succeeded', 'failed', 'rejected', 'cancelled'];

/** A CACAO id of its own, told by a number. */
export const playbookId = (number: number): string =>
  `playbook--00000000-0000-4000-8000-${String(number).padStart(12, '0')}`;

/** Imports a playbook of the given steps whose agent `api` is at `url`; returns its id. */
export async function importSteps(
  service: TestService,
  options: {
    readonly id: number;
    readonly steps: Readonly<Record<string, unknown>>;
    readonly url?: string;
    readonly rest?: Readonly<Record<string, unknown>>;
  },
): Promise<string> {
  const { id, steps, url = 'http://127.0.0.1:1', rest = {} } = options;
  const agents = {
    api: { type: 'http-api', name: 'EDR', address: { url: [url] } },
    person: { type: 'individual', name: 'On call' },
  };
  const body = playbookDocument(steps, { id: playbookId(id), agent_definitions: agents, ...rest });
  const { status } = await service.call(ImportPlaybook, { body });
  expect(status).toBe(201);
  return playbookId(id);
}

export async function startRun(
  service: TestService,
  id: string,
  body: Readonly<Record<string, unknown>> = {},
): Promise<string> {
  const answer = await service.call(StartRun, { body: { playbookId: id, ...body } });
  expect(answer.status).toBe(201);
  return answer.body.id;
}

/** Waits until a run has come to a status, by default to any final one. */
export const waitForRun = (
  service: TestService,
  id: string,
  statuses: readonly RunStatus[] = ENDED,
  deadlineMs = 10_000,
): Promise<RunDetail> =>
  waitFor(
    async () => {
      const { body } = await service.call(GetRun, { params: { id } });
      if (!statuses.includes(body.status)) throw new Error(`the run is ${body.status}`);
      return body;
    },
    { deadlineMs },
  );
