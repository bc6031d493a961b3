import { setTimeout as delay } from 'node:timers/promises';
import { AlertCreated, uuidv7 } from '@soc/contracts';
import { Search, SearchHistogram } from '@soc/contracts/storage/search';
import { exampleAlert, startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { type SearchServer, sharedSearchServer, startSearchServer } from '@soc/fleet/testing/search-server';
import { thisHost } from '@soc/fleet';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { wireTo } from './adapters/search-server/cut-off.fixture.ts';
import { storageService } from './app.ts';

/**
 * `SOC_TEST_FULL=1`: a server of its own is killed with `kill -9` for 30 s, amid 100,000 alerts. Otherwise the way to the shared
 * one is cut, amid a few hundred.
 */
const FULL = process.env['SOC_TEST_FULL'] === '1';
const ALERTS = FULL ? 100_000 : 400;
const AWAY_MS = FULL ? 30_000 : 0;
const AT_ONCE = 200;
const DEADLINE_MS = FULL ? 1_800_000 : 60_000;
/** Counting a hundred thousand costs what is to be measured. */
const EVERY_MS = FULL ? 2_000 : 100;
const STARTED_MS = Date.UTC(2026, 2, 1);
const PREFIX = `outage-${process.pid}`;

/** The server, and how to take it away and to bring it back. */
interface Away {
  readonly url: string;
  readonly goAway: () => Promise<void>;
  readonly comeBack: () => Promise<void>;
  readonly close: () => Promise<void>;
}

async function killed(): Promise<Away> {
  const server: SearchServer = await startSearchServer({ host: thisHost(), isShortLived: false });
  return { url: server.url, goAway: server.kill, comeBack: server.start, close: server.stop };
}

async function cutOff(url: string): Promise<Away> {
  const wire = await wireTo(url);
  const close = async (): Promise<void> => {
    await wire.cut();
    await fetch(`${url}/${PREFIX}-*-0*`, { method: 'DELETE' });
    await fetch(`${url}/_index_template/${PREFIX}`, { method: 'DELETE' });
  };
  return { url: wire.url, goAway: wire.cut, comeBack: wire.mend, close };
}

const shared = await sharedSearchServer();

describe.skipIf(shared === undefined)('a search server that goes away', () => {
  let server: Away;
  let service: TestService;
  beforeAll(async () => {
    server = FULL ? await killed() : await cutOff(shared ?? '');
    const env = { EVIDENCE_DIR: '/nonexistent', SEARCH_SERVER_URLS: server.url, SEARCH_INDEX_PREFIX: PREFIX };
    service = await startTestService(storageService, { env });
  }, 300_000);
  afterAll(async () => {
    await service.close();
    await server.close();
  }, 120_000);

  const emit = async (from: number, to: number): Promise<void> => {
    for (let start = from; start < to; start += AT_ONCE) {
      const places = Array.from({ length: Math.min(AT_ONCE, to - start) }, (_, offset) => start + offset);
      await Promise.all(
        places.map((place) => {
          const occurredAt = new Date(STARTED_MS + place * 1_000).toISOString();
          const alert = exampleAlert({ id: uuidv7(STARTED_MS + place), title: `Outage ${place}`, occurredAt });
          return service.emit(AlertCreated, { alert });
        }),
      );
    }
  };
  const countFound = async (): Promise<number> => {
    const range = { from: '2026-03-01T00:00:00Z', to: '2026-03-03T12:00:00Z', step: 3_600 };
    const { body } = await service.call(SearchHistogram, { query: { q: 'outage', ...range } });
    return body.counted;
  };
  const waiting = async (): Promise<number> => {
    const rows = await service.query<{ count: number }>(
      'select coalesce(sum(documents), 0)::int as count from storage.search_batches',
    );
    return rows[0]?.count ?? 0;
  };

  test(
    `of ${ALERTS} alerts from the bus all are found afterwards, once`,
    async () => {
      await emit(0, ALERTS / 4);
      await waitFor(async () => (await countFound()) > 0, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS });
      const emitted = emit(ALERTS / 4, ALERTS / 2);
      await server.goAway();
      const wentAwayAtMs = performance.now();
      await emitted;
      await emit(ALERTS / 2, ALERTS);
      const isAllKept = async () => (await waiting()) >= ALERTS / 2;
      await waitFor(isAllKept, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS });
      await delay(Math.max(0, wentAwayAtMs + AWAY_MS - performance.now()));
      await server.comeBack();

      const isDone = async () => (await waiting()) === 0 && (await countFound()) >= ALERTS;
      await waitFor(isDone, { deadlineMs: DEADLINE_MS, everyMs: EVERY_MS });
      expect(await countFound()).toBe(ALERTS);
      const indexed = await fetch(`${server.url}/${PREFIX}-*-0*/_count`);
      expect(await indexed.json()).toMatchObject({ count: ALERTS });
      for (const place of [0, ALERTS / 4, ALERTS / 2, ALERTS - 1]) {
        const { body } = await service.call(Search, { query: { q: `"outage ${place}"` } });
        expect(body.items).toMatchObject([{ title: `Outage ${place}` }]);
      }
    },
    DEADLINE_MS * 4,
  );
});
