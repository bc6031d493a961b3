import { setTimeout as pause } from 'node:timers/promises';
import { CreateAlert } from '@soc/contracts/alert/ingest';
import { sql } from '@soc/db-cluster';
import { FleetRefusal } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestFleet, type TestFleet } from '../support/test-fleet.ts';

const ALERTS = 2_000;
const CONNECTIONS = 32;
const SETTLED_WITHIN_MS = 30_000;

let started: TestFleet;

beforeAll(async () => {
  started = await startTestFleet();
});
afterAll(() => started.close());

interface Posted {
  readonly acknowledged: ReadonlySet<string>;
  readonly refused: number;
}

/** Posts alerts that differ; whoever gets no answer sends again, as a sensor would, with the same idempotency key. */
async function post(round: string, onProgress: (posted: number) => void): Promise<Posted> {
  const acknowledged = new Set<string>();
  let refused = 0;
  let next = 0;
  const send = async (index: number): Promise<void> => {
    const title = `${round} ${index}`;
    const body = {
      title,
      severity: 'medium' as const,
      source: 'chaos',
      fingerprint: title,
      observables: [{ type: 'host' as const, value: `${round}-${index}.corp.example` }],
    };
    for (;;) {
      try {
        const { id } = await started.client.call(CreateAlert, { body, headers: { 'idempotency-key': title } });
        acknowledged.add(id);
        return;
      } catch (error) {
        if (error instanceof FleetRefusal && error.status < 500) throw error;
        refused += 1;
        await pause(100);
      }
    }
  };
  await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      while (next < ALERTS) {
        const index = next;
        next += 1;
        await send(index);
        onProgress(acknowledged.size);
      }
    }),
  );
  return { acknowledged, refused };
}

interface Effects {
  readonly alerts: number;
  readonly distinct: number;
  readonly repeated: number;
  readonly analysed: number;
  readonly enriched: number;
  readonly analyses: number;
  readonly enrichments: number;
}

async function effectsOf(round: string): Promise<Effects> {
  const [row] = await started.db.write.query<Effects>(sql`
    with mine as (select id, title, occurrences, analysed_at, enriched_at from alert.alerts where title like ${`${round} %`})
    select count(*) as alerts, count(distinct title) as distinct, count(*) filter (where occurrences > 1) as repeated,
      count(analysed_at) as analysed, count(enriched_at) as enriched,
      (select count(*) from ai.analyses where alert_id in (select id from mine)) as analyses,
      (select count(*) from intel.enrichments where alert_id in (select id from mine)) as enrichments
    from mine`);
  if (!row) throw new Error('an aggregate always has a row');
  return row;
}

/** One after the other, each while posts are under way and the others still catch up with what it missed. */
const VICTIMS = ['alert', 'ai', 'intel', 'response'] as const;

test('kill -9 of alert, then ai, then intel, then response among 2,000 posts loses nothing and repeats nothing', async () => {
  const round = 'killed';
  const killed: string[] = [];
  const { acknowledged } = await post(round, (posted) => {
    const next = VICTIMS[killed.length];
    if (!next || posted < ((killed.length + 1) * ALERTS) / (VICTIMS.length + 1)) return;
    killed.push(next);
    started.fleet.kill(next, 'SIGKILL');
  });
  expect(killed).toEqual(VICTIMS);
  expect(acknowledged.size).toBe(ALERTS);

  await waitFor(
    async () => {
      const { analysed, enriched } = await effectsOf(round);
      return analysed === ALERTS && enriched === ALERTS;
    },
    { deadlineMs: SETTLED_WITHIN_MS, everyMs: 250 },
  );
  expect(await effectsOf(round)).toEqual({
    alerts: ALERTS,
    distinct: ALERTS,
    repeated: 0,
    analysed: ALERTS,
    enriched: ALERTS,
    analyses: ALERTS,
    enrichments: ALERTS,
  });
  const restarted = started.fleet.services().filter(({ restarts }) => restarts > 0);
  expect(restarted.map(({ service }) => service)).toEqual(expect.arrayContaining([...VICTIMS]));
});
