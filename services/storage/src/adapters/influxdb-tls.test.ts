import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { type AddressInfo, connect } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream';
import { createServer, type TLSSocket } from 'node:tls';
import { gzipSync } from 'node:zlib';
import { MetricRecorded } from '@soc/contracts';
import { QueryMetric } from '@soc/contracts/storage/metrics';
import { createCertificateAuthority, makeTemporaryDirectory, startTestService, waitFor } from '@soc/fleet/testing';
import { sharedInfluxdb } from '@soc/fleet/testing/influxdb';
import { expect, onTestFinished, test } from 'vitest';
import { storageService } from '../app.ts';
import { influxdbAuthority } from '../config/metrics.ts';
import { MetricStoreUnavailableError } from '../ports/metric-store.ts';
import { createInfluxdbClient } from './influxdb-client.ts';

const influxdb = await sharedInfluxdb();

/** Ends TLS before a server, with a certificate for a host by an authority of its own. */
async function startTls(target: string, host: string) {
  const authority = createCertificateAuthority('tests', new Date());
  const { certificate, key } = authority.issue({ commonName: 'influxdb', hosts: [host], now: new Date() });
  const { hostname, port: targetPort } = new URL(target);
  const open = new Set<TLSSocket>();
  const server = createServer({ cert: certificate, key }, (socket) => {
    open.add(socket);
    const behind = connect(Number(targetPort), hostname);
    const end = (): void => {
      socket.destroy();
      behind.destroy();
    };
    pipeline(socket, behind, end);
    pipeline(behind, socket, end);
  });
  // Of who does not trust it.
  server.on('tlsClientError', (_, socket) => socket.destroy());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  // A server on a TCP port has an address of that form.
  const { port } = server.address() as AddressInfo;
  return { url: `https://127.0.0.1:${port}`, ca: authority.certificate };
}

test.skipIf(!influxdb)(
  'points go to InfluxDB and come back over TLS, by an authority of the installation',
  async () => {
    if (!influxdb) throw new Error('skipped');
    const { url, ca } = await startTls(influxdb.url, '127.0.0.1');
    const directory = await makeTemporaryDirectory('authority');
    onTestFinished(() => directory[Symbol.asyncDispose]());
    const caFile = join(directory.path, 'ca.pem');
    await writeFile(caFile, ca);
    const service = await startTestService(storageService, {
      now: () => new Date('2026-03-02T00:00:00Z'),
      env: {
        EVIDENCE_DIR: '/nonexistent',
        INFLUXDB_URL: url,
        INFLUXDB_TOKEN: influxdb.token,
        INFLUXDB_BUCKET: influxdb.bucket,
        INFLUXDB_CA_FILE: caFile,
      },
    });
    onTestFinished(() => service.close());
    const name = 'alert.time_to_acknowledge_s';
    await service.emit(MetricRecorded, { name, value: 7, at: '2026-03-01T10:00:01Z', labels: {} });
    // A percentile needs single points, which PostgreSQL does not have here.
    const query = {
      name,
      from: '2026-03-01T10:00:00Z',
      to: '2026-03-01T10:01:00Z',
      step: 60,
      aggregate: ['p50' as const],
    };
    const { series } = await waitFor(
      async () => {
        const { body } = await service.call(QueryMetric, { query });
        return body.series.length > 0 && body;
      },
      { deadlineMs: 50_000 },
    );
    expect(series).toEqual([{ labels: {}, items: [{ at: '2026-03-01T10:00:00.000Z', p50: 7 }] }]);
  },
);

test.skipIf(!influxdb)('nothing is sent to who has another authority, or a certificate for another host', async () => {
  if (!influxdb) throw new Error('skipped');
  const lines = gzipSync('m value=1 1772359200000000000');
  const other = createCertificateAuthority('others', new Date()).certificate;
  const [rightly, elsewhere] = [await startTls(influxdb.url, '127.0.0.1'), await startTls(influxdb.url, 'localhost')];
  for (const access of [
    { url: rightly.url },
    { url: rightly.url, ca: other },
    { url: elsewhere.url, ca: elsewhere.ca },
  ]) {
    await expect(createInfluxdbClient({ ...influxdb, ...access }).write(lines)).rejects.toThrow(
      MetricStoreUnavailableError,
    );
  }
  const byItsName = { url: elsewhere.url.replace('127.0.0.1', 'localhost'), ca: elsewhere.ca };
  for (const access of [rightly, byItsName]) {
    expect(await createInfluxdbClient({ ...influxdb, ...access }).write(lines)).toEqual({ ok: true });
  }
});

test('an authority for an InfluxDB without TLS is refused, and none is needed', () => {
  expect(() => influxdbAuthority('http://influxdb.example:8086', '/nonexistent/ca.pem')).toThrow(
    /INFLUXDB_CA_FILE: .* INFLUXDB_URL is not https/,
  );
  expect(influxdbAuthority('http://influxdb.example:8086', undefined)).toBeUndefined();
});
