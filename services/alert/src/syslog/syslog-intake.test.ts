import { connect } from 'node:net';
import { getEventListeners, once } from 'node:events';
import { NotCommittedError } from '@soc/db-cluster';
import { takeFreePorts, waitFor } from '@soc/fleet/testing';
import { createRegistry } from '@soc/monitoring';
import { expect, test } from 'vitest';
import { createSources } from '../sources.ts';
import type { Submission } from '../ingest.ts';
import { createSyslogIntake } from './syslog-intake.ts';
import { createSyslogMetrics } from './syslog-metrics.ts';
import { listenTcp } from './tcp-listener.ts';

const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const now = () => new Date('2026-01-02T03:04:05Z');
const message = (name: string): string => `<13>h CEF:0|V|P|1|1|${name}|5|`;

const away = new NotCommittedError('the database is away');

test('a wait for the database leaves nothing behind on the signal, however often it tries', async () => {
  const signal = new AbortController().signal;
  const listeners: number[] = [];
  const intake = createSyslogIntake({
    db: { read: { query: () => Promise.reject(away) } },
    ingest: {
      many: () => {
        listeners.push(getEventListeners(signal, 'abort').length);
        return listeners.length < 5 ? Promise.reject(away) : Promise.resolve([]);
      },
    },
    mappings: { find: () => Promise.reject(away) },
    sources: createSources(),
    detect: () => Promise.resolve(true),
    metrics: createSyslogMetrics(createRegistry('alert', 'test'), log, now),
    now,
    offsetMinutes: 0,
    log,
    retryMs: 1,
  });
  const route = { tenantId: 'acme', mapping: null };
  await intake.accept('tcp', [{ bytes: Buffer.from(message('one')), route }], signal);
  expect(listeners).toEqual([0, 0, 0, 0, 0]);
});

test('over TCP nothing more is read until what came is stored, and nothing is lost while the database is away', async () => {
  let isAway = true;
  const tried: (readonly string[])[] = [];
  const stored: string[] = [];
  const metrics = createSyslogMetrics(createRegistry('alert', 'test'), log, now);
  const intake = createSyslogIntake({
    db: { read: { query: () => Promise.reject(away) } },
    ingest: {
      many: (submissions: readonly Submission[]) => {
        const titles = submissions.map(({ alert }) => alert.title);
        tried.push(titles);
        if (isAway) return Promise.reject(away);
        stored.push(...titles);
        return Promise.resolve(
          submissions.map(({ alert }) => ({
            id: alert.title,
            status: 'new' as const,
            fingerprint: 'x',
            occurrences: 1,
            deduplicated: false,
          })),
        );
      },
    },
    mappings: { find: () => Promise.reject(away) },
    sources: createSources(),
    detect: () => Promise.resolve(true),
    metrics,
    now,
    offsetMinutes: 0,
    log,
    retryMs: 1,
  });
  const [port] = await takeFreePorts(1);
  const listener = await listenTcp({
    host: '127.0.0.1',
    port,
    tls: null,
    maxBytes: 2_048,
    maxConnections: 4,
    maxPeerConnections: 4,
    routeOf: () => ({ tenantId: 'acme', mapping: null }),
    intake,
    metrics,
    log,
  });
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  socket.write(`${message('first')}\n`);
  const until = (isDone: () => boolean) =>
    waitFor(() => (isDone() ? Promise.resolve(true) : Promise.reject(new Error('not yet'))));
  await until(() => tried.length > 2);
  socket.write(`${message('more')}\n`.repeat(2_000));
  const before = tried.length;
  await until(() => tried.length > before + 5);
  // What was sent meanwhile stays with the network: every try is of the first message alone.
  expect([stored, new Set(tried.map(String))]).toEqual([[], new Set(['first'])]);
  isAway = false;
  socket.end(`${message('last')}\n`);
  await until(() => stored.at(-1) === 'last');
  expect([stored.length, stored[0]]).toEqual([2_002, 'first']);
  await listener.close();
});
