import { createServer, request as nodeRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { takeFreePorts } from '@soc/fleet/testing';
import { expect, onTestFinished, test } from 'vitest';
import { request as undiciRequest } from 'undici';
import { inSpan } from './current-span.ts';
import { traceOutgoingHttp } from './outgoing-http.ts';
import type { Attributes, Span } from './span.ts';

interface Told {
  readonly name: string;
  readonly attributes: Attributes;
  ended: number;
  error?: string | undefined;
}

function recordingSpan(told: Told[]): Span {
  return {
    traceparent: `00-${'ab'.repeat(16)}-${'cd'.repeat(8)}-01`,
    start: (name, { attributes = {} } = {}) => {
      const one: Told = { name, attributes: { ...attributes }, ended: 0 };
      told.push(one);
      return {
        ...recordingSpan(told),
        set: (more) => void Object.assign(one.attributes, more),
        end: (error) => {
          one.ended += 1;
          one.error = error;
        },
      };
    },
    set: () => undefined,
    end: () => undefined,
  };
}

async function startServer(): Promise<{ readonly port: number; readonly seen: unknown[] }> {
  const seen: unknown[] = [];
  const server = createServer((request, response) => {
    seen.push(request.headers['traceparent']);
    response.writeHead(503).end('busy');
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { port: (server.address() as AddressInfo).port, seen }; // it listens on a port
}

const BY = {
  undici: async (url: string) => {
    const { body } = await undiciRequest(url, { method: 'POST', body: 'secret-body' });
    await body.text();
  },
  fetch: async (url: string) => {
    const answer = await fetch(url, { method: 'POST', body: 'secret-body' });
    await answer.text();
  },
  'node:http': (url: string) =>
    new Promise<void>((resolve, reject) => {
      const sent = nodeRequest(url, { method: 'POST' }, (answer) => answer.resume().on('end', resolve));
      sent.on('error', reject).end('secret-body');
    }),
};

test.each(Object.entries(BY))(
  'a request by %s is told as a span, by its host and its answer alone',
  async (_, send) => {
    onTestFinished(traceOutgoingHttp());
    onTestFinished(traceOutgoingHttp()); // two services in one process
    const { port, seen } = await startServer();
    const told: Told[] = [];
    await inSpan(recordingSpan(told), () => send(`http://127.0.0.1:${port}/hook/secret-path?token=secret-query`));
    await send(`http://127.0.0.1:${port}/by/nobody`);
    expect(told).toEqual([
      {
        name: 'POST',
        attributes: {
          'http.request.method': 'POST',
          'server.address': '127.0.0.1',
          'server.port': port,
          'http.response.status_code': 503,
          'error.type': '503',
        },
        ended: 1,
        error: undefined,
      },
    ]);
    expect(seen).toEqual([undefined, undefined]);
  },
);

test.each(Object.entries(BY))('a request by %s that nobody takes ends its span by a code', async (_, send) => {
  onTestFinished(traceOutgoingHttp());
  const told: Told[] = [];
  const [port] = await takeFreePorts(1);
  await inSpan(recordingSpan(told), () => expect(send(`http://127.0.0.1:${port}/hook`)).rejects.toThrow());
  expect(told).toMatchObject([{ ended: 1, error: expect.stringMatching(/^[A-Z_]+$/) as string }]);
});
