import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { MetricStoreUnavailableError } from '../ports/metric-store.ts';
import { AnswerTooLongError, createInfluxdbClient } from './influxdb-client.ts';

async function clientOf(listener: RequestListener) {
  const server = createServer(listener).listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server on a TCP port has an address of that form.
  const { port } = server.address() as AddressInfo;
  const access = { url: `http://127.0.0.1:${port}`, token: 't', org: 'o', bucket: 'b' };
  return createInfluxdbClient(access, { maxAnswerBytes: 100_000 });
}

const lines = new TextEncoder().encode('m value=1');

test('an answer without end is read as far as it may be, and no further', async () => {
  const closed = Promise.withResolvers<void>();
  const client = await clientOf((_, response) => {
    const more = (): void => void response.write('x'.repeat(10_000), (error) => (error ? undefined : more()));
    response.once('close', closed.resolve);
    more();
  });
  await expect(client.query('from()')).rejects.toThrow(AnswerTooLongError);
  await closed.promise;
});

test.each([
  ['its version in the header', 400, { 'x-influxdb-version': '1.8.10' }, '{"error":"unable to parse"}'],
  ['its error', 422, {}, '{"code":"unprocessable entity","message":"schema conflict"}'],
])('a refusal with %s is one of the lines', async (_, status, headers, body) => {
  const client = await clientOf((_request, response) => response.writeHead(status, headers).end(body));
  expect(await client.write(lines)).toEqual({ ok: false, reason: body, isOfLines: true });
});

test('a refusal of something before the server is none of the lines', async () => {
  let status = 400;
  const client = await clientOf((_, response) => response.writeHead(status).end('<html>no</html>'));
  await expect(client.write(lines)).rejects.toThrow(MetricStoreUnavailableError);
  status = 413;
  expect(await client.write(lines)).toMatchObject({ ok: false, isOfLines: false });
});
