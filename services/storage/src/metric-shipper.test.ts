import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { MetricRecorded } from '@soc/contracts';
import { QueryMetric } from '@soc/contracts/storage/metrics';
import { PreviewRetention } from '@soc/contracts/storage/retention';
import { startTestService, type TestService, waitFor } from '@soc/fleet/testing';
import { sharedInfluxdb } from '@soc/fleet/testing/influxdb';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { storageService } from './app.ts';

const influxdb = await sharedInfluxdb();
const now = new Date('2026-03-01T12:00:00Z');
const WAIT = { deadlineMs: 50_000 };

/** Stands before the real server, and can be away or busy in its place. */
interface Gate {
  readonly url: string;
  readonly requests: () => number;
  readonly set: (mode: 'open' | 'away' | 'busy') => void;
  readonly close: () => void;
}

async function openGate(target: string): Promise<Gate> {
  let mode: 'open' | 'away' | 'busy' = 'open';
  let requests = 0;
  const pass: RequestListener = (request, response) => {
    requests += 1;
    if (mode === 'away') {
      request.socket.destroy();
      return;
    }
    if (mode === 'busy') {
      response.writeHead(503, { 'retry-after': '1' }).end('{"error":"engine: cache full"}');
      return;
    }
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const { authorization = '', 'content-encoding': encoding, 'content-type': type } = request.headers;
      const headers = {
        authorization,
        ...(encoding && { 'content-encoding': encoding }),
        ...(type && { 'content-type': type }),
      };
      fetch(`${target}${request.url ?? ''}`, { method: 'POST', headers, body: Buffer.concat(chunks) })
        .then(async (answer) => {
          const version = answer.headers.get('x-influxdb-version');
          response.writeHead(answer.status, { ...(version !== null && { 'x-influxdb-version': version }) });
          response.end(await answer.text());
        })
        .catch(() => request.socket.destroy());
    });
  };
  const server: Server = createServer(pass).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // A server on a TCP port has an address of that form.
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    requests: () => requests,
    set: (next) => void (mode = next),
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}

describe.skipIf(influxdb === undefined)('points on their way to InfluxDB', () => {
  let gate: Gate;
  let service: TestService;
  beforeAll(async () => {
    gate = await openGate(influxdb?.url ?? '');
    service = await startTestService(storageService, {
      env: {
        EVIDENCE_DIR: '/nonexistent',
        INFLUXDB_URL: gate.url,
        INFLUXDB_TOKEN: influxdb?.token,
        INFLUXDB_BUCKET: influxdb?.bucket,
      },
      now: () => now,
    });
  });
  afterAll(async () => {
    await service.close();
    gate.close();
  });

  const emit = (name: string, value: number) =>
    service.emit(MetricRecorded, { name, value, at: '2026-03-01T10:00:00Z', labels: {} });
  const query = (name: string) =>
    service.call(QueryMetric, {
      query: { name, from: '2026-03-01T10:00:00Z', to: '2026-03-01T10:01:00Z', step: 60, aggregate: ['count', 'sum'] },
    });
  const found = async (name: string) => (await query(name)).body.series[0]?.items[0];
  interface Health {
    readonly checks: {
      readonly metrics: { readonly status: string; readonly error?: string; readonly facts?: object };
    };
  }
  const health = async () => (await service.app.inject('/health')).json<Health>().checks.metrics;
  const figure = async (name: string) =>
    Number(new RegExp(`^${name}\\{.*\\} (.*)$`, 'm').exec((await service.app.inject('/metrics')).body)?.[1]);

  test('a server that is away gets all points later, each once; until then the backlog is seen', async () => {
    await emit('outage', 1);
    await waitFor(async () => (await found('outage'))?.count === 1, WAIT);
    gate.set('away');
    for (let value = 2; value <= 20; value++) await emit('outage', value);
    await waitFor(async () => {
      const { status, error = '' } = await health();
      return status === 'degraded' && error.includes('19 points wait since 2026-03-01T12:00:00.000Z');
    }, WAIT);
    expect(await figure('soc_storage_metric_backlog_points')).toBe(19);
    const preview = service.call(PreviewRetention, { params: { kind: 'metric' }, query: { keepDays: 1 } });
    for (const { status, problem } of [await query('outage'), await preview]) {
      expect([status, problem?.code]).toEqual([503, 'storage.metrics_unavailable']);
    }
    gate.set('open');
    await waitFor(async () => (await found('outage'))?.count === 20, WAIT);
    expect(await found('outage')).toMatchObject({ count: 20, sum: 210 });
    await waitFor(async () => (await health()).status === 'ok', WAIT);
    expect(await figure('soc_storage_metric_backlog_points')).toBe(0);
    expect(await figure('soc_storage_metric_points_sent_total')).toBe(20);
  });

  test('a server that is busy is left alone for as long as it asks', async () => {
    gate.set('busy');
    await emit('busy', 1);
    await waitFor(async () => (await health()).status === 'degraded', WAIT);
    const [before, at] = [gate.requests(), performance.now()];
    await waitFor(() => gate.requests() > before + 1, { ...WAIT, everyMs: 10 });
    expect(performance.now() - at).toBeGreaterThan(990);
    gate.set('open');
    await waitFor(async () => (await found('busy'))?.count === 1, WAIT);
  });

  test('lines that the server refuses are kept with its reason, and the others are taken', async () => {
    const headers = { authorization: `Token ${influxdb?.token ?? ''}` };
    const target = `${influxdb?.url ?? ''}/api/v2/write?bucket=${influxdb?.bucket ?? ''}&precision=ns`;
    const taken = await fetch(target, {
      method: 'POST',
      headers,
      body: 'texts,tenant=default value="text" 1772359200000000000',
    });
    expect(taken.status).toBe(204);
    await Promise.all([emit('texts', 1), emit('numbers', 1), emit('numbers', 2), emit('texts', 2), emit('numbers', 3)]);
    await waitFor(async () => (await found('numbers'))?.count === 3, WAIT);
    const refused = await waitFor(async () => {
      const rows = await service.query<{ line: string; reason: string }>(
        'select line, reason from storage.metric_refused_lines order by line',
      );
      return rows.length === 2 ? rows : undefined;
    }, WAIT);
    expect(refused[0]).toMatchObject({
      line: expect.stringMatching(/^texts,tenant=default value=[12] \d{19}$/) as string,
      reason: expect.stringContaining('field type conflict') as string,
    });
    expect(await figure('soc_storage_metric_lines_refused_total')).toBe(2);
    expect((await health()).facts).toMatchObject({ points: 0, refused: 2 });
  });
});
