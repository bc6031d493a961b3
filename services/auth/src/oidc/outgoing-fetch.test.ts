import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createOutgoingFetch, type Resolve } from './outgoing-fetch.ts';

const request = { method: 'GET', headers: {} };

async function serve(answer: RequestListener): Promise<{ readonly port: number; readonly asked: () => number }> {
  let asked = 0;
  const server = createServer((incoming, response) => {
    asked += 1;
    answer(incoming, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  // A server that listens on TCP has such an address.
  return { port: (server.address() as AddressInfo).port, asked: () => asked };
}

/** DNS as an attacker answers it: a fine name for this very host. */
const toThisHost: Resolve = (_name, _options, done) => done(null, [{ address: '127.0.0.1', family: 4 }]);

test('a name that resolves to this host is not connected to, however harmless it looks', async () => {
  const { port, asked } = await serve((_request, response) => response.end('internal'));
  const careful = createOutgoingFetch([], toThisHost);
  const failure = await careful(`https://idp.example.org:${port}/`, request).catch((error: unknown) => error);
  expect(failure).toMatchObject({ cause: { message: 'the provider resolves to an address that is not allowed' } });
  expect(asked()).toBe(0);
});

test('a redirect is handed back and not followed', async () => {
  const { port, asked } = await serve((_request, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/' }).end(),
  );
  const answer = await createOutgoingFetch(['127.0.0.1'])(`http://127.0.0.1:${port}/`, request);
  expect([answer.status, asked()]).toEqual([302, 1]);
});

test('an answer without an end is cut off', async () => {
  const { port } = await serve((_request, response) => {
    response.on('drain', () => response.write(Buffer.alloc(65_536)));
    response.write(Buffer.alloc(4 * 1024 * 1024));
  });
  await expect(createOutgoingFetch(['127.0.0.1'])(`http://127.0.0.1:${port}/`, request)).rejects.toThrow();
});

test.each(['http://idp.example.org/', 'https://169.254.169.254/', 'https://localhost/', 'file:///etc/passwd'])(
  '%s is not asked',
  async (url) => {
    await expect(createOutgoingFetch([])(url, request)).rejects.toThrow('not allowed');
  },
);
