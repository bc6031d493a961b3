import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { connect as connectTls } from 'node:tls';
import type { Alert } from '@soc/contracts';
import { PutMapping } from '@soc/contracts/alert/mappings';
import { GetRawPayload, ListAlerts } from '@soc/contracts/alert/queries';
import {
  createCertificateAuthority,
  makeTemporaryDirectory,
  startTestService,
  takeFreePorts,
  type TestService,
  waitFor,
} from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { alertService } from '../app.ts';
import { importRules } from '../rules.fixture.ts';

const authority = createCertificateAuthority('senders', new Date());
const client = authority.issue({ commonName: 'firewall', now: new Date() });
let service: TestService;
let folder: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let ports: readonly [number, ...number[]];

const logRule = (id: string, logService: string, word: string): string =>
  `title: Rule ${id}
id: ${id}
logsource:
  product: linux
  service: ${logService}
detection:
  keywords:
    - '${word}'
  condition: keywords
level: high
`;

beforeAll(async () => {
  ports = await takeFreePorts(3);
  folder = await makeTemporaryDirectory('syslog');
  const { path } = folder;
  const server = authority.issue({ commonName: 'soc', hosts: ['127.0.0.1'], now: new Date() });
  const files = { cert: server.certificate, key: server.key, ca: authority.certificate };
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text);
  service = await startTestService(alertService, {
    env: {
      SYSLOG_UDP_PORT: String(ports[0]),
      SYSLOG_TCP_PORT: String(ports[1]),
      SYSLOG_TLS_PORT: String(ports[2]),
      SYSLOG_TLS_CERT_FILE: join(path, 'cert'),
      SYSLOG_TLS_KEY_FILE: join(path, 'key'),
      SYSLOG_TLS_CA_FILE: join(path, 'ca'),
      SYSLOG_PEERS: '127.0.0.1=default,127.0.0.2=default:plain-lines',
      SYSLOG_MAX_MESSAGE_BYTES: '2048',
    },
  });
  // Before any line comes: what was at work goes on until the rules that are new are compiled.
  const rules = [
    logRule('l-sshd', 'sshd', 'attempts exceeded'),
    logRule('l-auth', 'auth', 'opened by nobody'),
    logRule('l-any', 'syslog', 'web1 is on fire'),
  ];
  await importRules(service, rules.join('---\n'));
});
afterAll(async () => {
  await service.close();
  await folder[Symbol.asyncDispose]();
});

const cef = (name: string, extension = 'src=10.0.0.9'): string =>
  `<134>Jan  2 03:04:05 fw1 CEF:0|Acme|Wall|1|${name}|${name}|8|${extension}`;
const leef = (event: string): string => `<13>1 2026-01-02T03:04:05Z fw2 - - - - LEEF:1.0|Acme|Wall|1|${event}|sev=5`;

/** The alert whose title holds the word, once it is there. */
const alertNamed = (word: string): Promise<Alert> =>
  waitFor(async () => {
    const { body } = await service.call(ListAlerts, { query: { limit: 200 } });
    const found = body.items.find(({ title }) => title.includes(word));
    if (!found) throw new Error(`${word} is not there yet`);
    return found;
  });

const payloadOf = async ({ id }: Alert) => (await service.call(GetRawPayload, { params: { id } })).body;

/** Waits until a counter with these labels, before those of the service, has the value. */
const metric = (series: string, value: number): Promise<boolean> =>
  waitFor(async () => {
    const { payload } = await service.app.inject({ url: '/metrics' });
    const line = payload.split('\n').find((text) => text.startsWith(series.slice(0, -1)));
    if (line?.endsWith(` ${value}`)) return true;
    throw new Error(`${series} is ${line ?? 'nothing'}, not ${value}`);
  });

async function sendUdp(bytes: string | Buffer, from = '127.0.0.1'): Promise<void> {
  const socket = createSocket('udp4');
  socket.bind(0, from);
  await once(socket, 'listening');
  await new Promise((resolve) => socket.send(bytes, ports[0], '127.0.0.1', resolve));
  socket.close();
}

async function openTcp(from = '127.0.0.1'): Promise<Socket> {
  const socket = connect({ port: ports[1] ?? 0, host: '127.0.0.1', localAddress: from });
  await once(socket, 'connect');
  return socket;
}

test('over UDP a CEF message becomes an alert of its tenant, kept to the byte', async () => {
  const message = cef('udp-worm', String.raw`src=10.0.0.9 suser=Ann msg=a\=b`);
  await sendUdp(message);
  const alert = await alertNamed('udp-worm');
  expect(alert).toMatchObject({ source: 'cef', severity: 'high', tenantId: 'default', ruleId: 'udp-worm' });
  expect(await payloadOf(alert)).toMatchObject({
    payload: message,
    encoding: 'text',
    mapping: 'cef',
    mappingVersion: 1,
  });
});

test('bytes that are no text are kept as well', async () => {
  const bytes = Buffer.concat([Buffer.from(cef('udp-bytes', 'msg=')), Buffer.from([0xff, 0x00, 0xfe])]);
  await sendUdp(bytes);
  const { payload, encoding } = await payloadOf(await alertNamed('udp-bytes'));
  expect([encoding, Buffer.from(payload, 'base64')]).toEqual(['base64', bytes]);
});

test('over TCP messages are framed by counts or lines, also cut anywhere, and each is stored', async () => {
  const socket = await openTcp();
  const [counted, line] = [cef('tcp-counted'), leef('tcp-line')];
  const stream = Buffer.from(`${Buffer.byteLength(counted)} ${counted}${line}\n${cef('tcp-last')}`);
  socket.write(stream.subarray(0, 5));
  socket.write(stream.subarray(5, 200));
  socket.end(stream.subarray(200));
  expect((await alertNamed('tcp-counted')).source).toBe('cef');
  expect((await alertNamed('tcp-line')).source).toBe('leef');
  expect((await alertNamed('tcp-last')).source).toBe('cef');
});

test('over TLS a sender with a certificate is heard, one without is not', async () => {
  const options = { port: ports[2] ?? 0, host: '127.0.0.1', ca: authority.certificate };
  const socket = connectTls({ ...options, cert: client.certificate, key: client.key });
  await once(socket, 'secureConnect');
  const message = cef('tls-worm');
  socket.end(`${Buffer.byteLength(message)} ${message}`);
  expect((await alertNamed('tls-worm')).source).toBe('cef');

  const stranger = connectTls(options);
  stranger.on('error', () => undefined); // the refusal
  stranger.write(`${Buffer.byteLength(message)} ${message}`);
  await metric('soc_syslog_refused_connections_total{transport="tls",reason="tls"}', 1);
});

test('a plain line is an alert only where the network names a mapping', async () => {
  await service.call(PutMapping, {
    params: { name: 'plain-lines' },
    body: {
      when: [{ paths: ['syslog.appName'], values: ['sshd'] }],
      title: { templates: ['SSH: {syslog.message}'], paths: [] },
      observables: [{ type: 'host', paths: ['syslog.hostName'] }],
    },
  });
  const line = (word: string, app: string): string => `<38>Jan  2 03:04:05 web1 ${app}[7]: ${word}`;
  await sendUdp(line('unmapped-line', 'sshd'));
  await sendUdp(line('other-program', 'cron'), '127.0.0.2');
  await sendUdp(line('mapped-line', 'sshd'), '127.0.0.2');
  expect(await alertNamed('SSH: mapped-line')).toMatchObject({ source: 'syslog' });
  await metric('soc_syslog_messages_total{transport="udp",outcome="event"}', 3);
  const { body } = await service.call(ListAlerts, { query: { q: 'line' } });
  expect(body.items.filter(({ title }) => title.includes('unmapped') || title.includes('other'))).toEqual([]);
});

test('a plain line is seen by the rules for its program and for its facility', async () => {
  const socket = await openTcp();
  const lines = [
    '<30>Jan  2 03:04:05 web1 sshd[7]: maximum authentication attempts exceeded for root',
    '<86>1 2026-01-02T03:04:05Z web1 ownd 9 - - session opened by nobody',
    // Another facility, and another program: rules for authentication are not about them.
    '<30>1 2026-01-02T03:04:05Z web2 ownd 9 - - session opened by nobody',
    '<30>Jan  2 03:04:05 web2 ntpd[7]: maximum authentication attempts exceeded for root',
    '<30>Jan  2 03:04:05 web1 is on fire',
    '<30>1 2026-01-02T03:04:05Z web1 - - - - web1 is on fire',
  ];
  socket.end(`${lines.join('\n')}\n`);
  await metric('soc_syslog_messages_total{transport="tcp",outcome="event"}', lines.length);
  const { body } = await service.call(ListAlerts, { query: { source: 'sigma' } });
  expect(body.items.map(({ ruleId, occurrences }) => `${ruleId} ${occurrences}`).toSorted()).toEqual([
    'l-any 1',
    'l-auth 1',
    'l-sshd 1',
  ]);
});

test('what is malformed, too long or from nobody is counted, and costs the rest nothing', async () => {
  await sendUdp('<999>x');
  await sendUdp(cef('broken').replace('|Wall|1', ''));
  await sendUdp(`<13>${'x'.repeat(3_000)}`);
  await sendUdp(cef('from-nobody'), '127.0.0.9');
  await metric('soc_syslog_messages_total{transport="udp",outcome="malformed"}', 2);
  await metric('soc_syslog_dropped_total{transport="udp",reason="too_long"}', 1);
  await metric('soc_syslog_dropped_total{transport="udp",reason="unknown_peer"}', 1);
  const socket = await openTcp();
  socket.end(`<13>${'x'.repeat(5_000)}\n9999 <13>cut${'x'.repeat(3_000)}`);
  await metric('soc_syslog_dropped_total{transport="tcp",reason="too_long"}', 2);
  const stranger = connect({ port: ports[1] ?? 0, host: '127.0.0.1', localAddress: '127.0.0.9' });
  stranger.on('error', () => undefined); // the refusal
  await once(stranger, 'close');
  await sendUdp(cef('after-all'));
  expect((await alertNamed('after-all')).severity).toBe('high');
});
