import { request as httpRequest } from 'node:http';
import { Writable } from 'node:stream';
import { createRegistry } from '@soc/monitoring';
import { waitFor } from '@soc/fleet/testing';
import Fastify, { LogController } from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createRequestJournal } from './request-journal.ts';

type Line = Readonly<Record<string, unknown>>;

/** A server with the journal and nothing else; `/slow` never answers. */
async function startJournaled() {
  const lines: Line[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _, done) => {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  const registry = createRegistry('gateway', 'g');
  const journal = createRequestJournal(registry);
  const app = Fastify({ logger: { stream }, logController: new LogController({ disableRequestLogging: true }) });
  app.addHook('onRequest', (request, reply, done) => {
    journal.begin(request, reply);
    done();
  });
  app.get('/fine', () => ({}));
  app.get('/failed', (request, reply) => {
    journal.delivered(request, { outcome: { kind: 'broken', reason: 'ECONNRESET' }, instances: ['ai-0', 'ai-1'] });
    return reply.code(502).send({});
  });
  const entered = Promise.withResolvers<void>();
  app.get('/slow', (_, reply) => {
    entered.resolve();
    return reply.hijack();
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
  lines.length = 0;
  onTestFinished(() => app.close());
  return { url, lines, registry, entered: entered.promise };
}

test('a request is one line, without its query, where secrets may be', async () => {
  const { url, lines } = await startJournaled();
  await fetch(`${url}/fine?token=secret`);
  await waitFor(() => lines.length > 0);
  expect(lines).toMatchObject([{ msg: 'request', method: 'GET', path: '/fine', status: 200, upstream: 'gateway' }]);
  expect(lines[0]?.['durationMs']).toEqual(expect.any(Number));
  expect(JSON.stringify(lines)).not.toContain('secret');
});

test('the line of a failure says which instances had it and why it failed', async () => {
  const { url, lines, registry } = await startJournaled();
  await fetch(`${url}/failed`);
  await waitFor(() => lines.length > 0);
  expect(lines).toMatchObject([{ status: 502, instances: ['ai-0', 'ai-1'], failure: 'broken', reason: 'ECONNRESET' }]);
  const metrics = await registry.metrics();
  expect(metrics).toMatch(/soc_gateway_requests_total{upstream="gateway",status_class="5xx"[^}]*} 1/);
  expect(metrics).toMatch(/soc_gateway_request_duration_seconds_count{[^}]*upstream="gateway"[^}]*} 1/);
});

test('a client that leaves is told of as such', async () => {
  const { url, lines, registry, entered } = await startJournaled();
  const leaving = httpRequest(`${url}/slow`).end();
  leaving.once('error', () => undefined);
  await entered;
  leaving.destroy();
  await waitFor(() => lines.length > 0);
  expect(lines).toMatchObject([{ path: '/slow', aborted: true }]);
  expect(await registry.metrics()).toContain('status_class="aborted"');
});
