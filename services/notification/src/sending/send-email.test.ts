import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { expect, onTestFinished, test } from 'vitest';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { sendEmail } from './send-email.ts';

interface Mail {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: string;
}

async function startMailServer(options: SMTPServerOptions = {}) {
  const mails: Mail[] = [];
  const server = new SMTPServer({
    authOptional: true,
    logger: false,
    closeTimeout: 100,
    onData: (stream, { envelope }, done) => {
      text(stream)
        .then((raw) => {
          const from = envelope.mailFrom === false ? '' : envelope.mailFrom.address;
          mails.push({ from, to: envelope.rcptTo.map(({ address }) => address), raw });
          done();
        })
        .catch(done);
    },
    ...options,
  });
  server.on('error', () => undefined); // a client that hangs up
  server.listen(0, '127.0.0.1');
  await once(server.server, 'listening');
  onTestFinished(() => new Promise<void>((resolve) => server.close(resolve)));
  // A server that listens on a port has an address of this kind.
  return { mails, port: (server.server.address() as AddressInfo).port };
}

const message = {
  type: 'incident.created' as const,
  subject: 'i1',
  title: 'Beacon on srv1\r\nBcc: victim@example.org',
  severity: 'critical' as const,
  occurredAt: '2026-03-01T10:00:00Z',
  lines: [{ label: 'Host', value: 'srv1' }],
  data: {},
};
const settingsFor = (port: number) => ({
  host: '127.0.0.1',
  port,
  security: 'none' as const,
  from: 'soc@example.org',
  to: ['ann@example.org', 'bob@example.org'],
  user: null,
});
const send = (settings: Parameters<typeof sendEmail>[0], password?: string, timeoutMs = 5_000) =>
  sendEmail(settings, password, { id: 'd1', message }, { signal: AbortSignal.timeout(timeoutMs), timeoutMs });

test('an e-mail reaches a real server, in text and HTML, with an id that stays the same', async () => {
  const { mails, port } = await startMailServer();
  expect(await send(settingsFor(port))).toEqual({ ok: true });
  expect(mails).toMatchObject([{ from: 'soc@example.org', to: ['ann@example.org', 'bob@example.org'] }]);
  const raw = mails[0]?.raw ?? '';
  expect(raw).toMatch(/^Message-ID: <d1@soc-agent>\r$/m);
  expect(raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
  expect(raw).toContain('Content-Type: text/plain');
  expect(raw).toContain('Content-Type: text/html');
});

test('a title with line breaks adds neither a header nor a recipient', async () => {
  const { mails, port } = await startMailServer();
  await send(settingsFor(port));
  expect(mails[0]?.raw).toMatch(/^Subject: \[SOC\] critical: Beacon on srv1 Bcc: victim@example\.org\r$/m);
  expect(mails[0]?.raw).not.toMatch(/^Bcc:/m);
  expect(mails[0]?.to).not.toContain('victim@example.org');
});

test('the password is used to log in; a refused login may be mended meanwhile', async () => {
  const { mails, port } = await startMailServer({
    authOptional: false,
    allowInsecureAuth: true,
    onAuth: ({ username, password }, _, done) =>
      username === 'soc' && password === 'right' ? done(null, { user: 'soc' }) : done(new Error('no')),
  });
  const settings = { ...settingsFor(port), user: 'soc' };
  expect(await send(settings, 'right')).toEqual({ ok: true });
  const refused = await send(settings, 'wr0ng');
  expect(refused).toMatchObject({ ok: false, permanent: false });
  expect(JSON.stringify(refused)).not.toContain('wr0ng');
  expect(mails).toHaveLength(1);
});

test('a recipient refused for good is not tried again, one refused for now is', async () => {
  const refuseWith = async (responseCode: number) => {
    const { port } = await startMailServer({
      onRcptTo: (_, __, done) => done(Object.assign(new Error('no such mailbox'), { responseCode })),
    });
    return send(settingsFor(port));
  };
  expect(await refuseWith(550)).toMatchObject({ ok: false, permanent: true });
  expect(await refuseWith(450)).toMatchObject({ ok: false, permanent: false });
});

test('a server without a certificate we trust gets nothing where TLS is asked for', async () => {
  const { mails, port } = await startMailServer();
  const outcome = await send({ ...settingsFor(port), security: 'starttls' });
  expect(outcome).toMatchObject({ ok: false, reason: expect.stringContaining('certificate') });
  const plain = await startMailServer({ disabledCommands: ['STARTTLS'] });
  expect(await send({ ...settingsFor(plain.port), security: 'starttls' })).toMatchObject({ ok: false });
  expect([...mails, ...plain.mails]).toEqual([]);
});

test('a server that says nothing fails in time', async () => {
  const silent = createServer();
  silent.listen(0, '127.0.0.1');
  await once(silent, 'listening');
  onTestFinished(() => void silent.close());
  // A server that listens on a port has an address of this kind.
  const { port } = silent.address() as AddressInfo;
  expect(await send(settingsFor(port), undefined, 100)).toMatchObject({ ok: false, permanent: false });
});
