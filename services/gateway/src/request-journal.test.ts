import { request as httpRequest } from 'node:http';
import { createRegistry } from '@soc/monitoring';
import { waitFor } from '@soc/fleet/testing';
import Fastify from 'fastify';
import { expect, onTestFinished, test } from 'vitest';
import { createAccessLog } from './access-log.ts';
import { createRequestJournal } from './request-journal.ts';

type Line = Readonly<Record<string, unknown>>;

/** A server with the journal and nothing else; `/slow` never answers. */
async function startJournaled() {
  const lines: Line[] = [];
  const sink = { write: (line: string) => lines.push(JSON.parse(line) as Line) };
  const registry = createRegistry('gateway', 'g');
  const log = createAccessLog(sink, { service: 'gateway', instance: 'g', nowMs: () => 7 });
  const journal = createRequestJournal(registry, log);
  const app = Fastify();
  app.addHook('onRequest', (request, reply, done) => {
    journal.begin(request, reply);
    done();
  });
  app.get('/fine', () => ({}));
  app.get('/failed', (request, reply) => {
    request.passage.delivery = { outcome: { kind: 'broken', reason: 'ECONNRESET' } };
    request.passage.asked.push('ai-0', 'ai-1');
    return reply.code(502).send({});
  });
  const entered = Promise.withResolvers<void>();
  app.get('/slow', (_, reply) => {
    entered.resolve();
    return reply.hijack();
  });
  const url = await app.listen({ port: 0, host: '127.0.0.1' });
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

test('a line is JSON whatever the client calls its request and itself', () => {
  const lines: string[] = [];
  const log = createAccessLog(
    { write: (line) => lines.push(line) },
    { service: 'gateway', instance: 'g', nowMs: () => 7 },
  );
  const hostile = 'a"b\\c\n\u2028{}';
  log({
    requestId: hostile,
    traceId: 'ab'.repeat(16),
    method: 'GET',
    path: hostile,
    status: 200,
    durationMs: 1.26,
    upstream: 'ai',
    principal: hostile,
    tenantId: hostile,
    instances: [hostile],
    failure: 'broken',
    reason: hostile,
    isAborted: false,
  });
  const [line = ''] = lines;
  expect(line.split('\n')).toHaveLength(2);
  expect(JSON.parse(line)).toEqual({
    level: 30,
    service: 'gateway',
    instance: 'g',
    time: 7,
    traceId: 'ab'.repeat(16),
    reqId: hostile,
    method: 'GET',
    path: hostile,
    status: 200,
    durationMs: 1.3,
    upstream: 'ai',
    principal: hostile,
    tenantId: hostile,
    instances: [hostile],
    failure: 'broken',
    reason: hostile,
    msg: 'request',
  });
});
