import { fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { NODE_FLAGS } from '@soc/fleet';
import { startTestService, takeFreePorts, waitFor } from '@soc/fleet/testing';
import { createTokenSigner } from '@soc/identity';
import { type Env, GATEWAY_ISSUER } from '@soc/service-kit';
import { onTestFinished } from 'vitest';
import { storageService } from '../app.ts';

/** The service as the fleet runs it: a process of its own. */
export interface StorageProcess {
  readonly pid: number;
  readonly url: string;
  /** Of an administrator. */
  readonly token: string;
}

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));

/** Where the service finds the keys of the tests. */
async function serveKeys(gatewayKeyFile: string): Promise<string> {
  const signer = createTokenSigner({
    privateKeyPem: await readFile(gatewayKeyFile, 'utf8'),
    issuer: GATEWAY_ISSUER,
    audience: 'storage',
  });
  const server = createServer((_, response) => {
    response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys: signer.jwks }));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  // A listening TCP server has an address with a port.
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function isUp(url: string): Promise<boolean> {
  try {
    return (await fetch(`${url}/health/live`)).ok;
  } catch {
    return false; // it does not listen yet
  }
}

/** Ends with the test, as do its data. */
export async function startStorageProcess(given: Env): Promise<StorageProcess> {
  // Makes the database, and what else a service finds when it starts.
  const before = await startTestService(storageService, { env: given });
  await before.close({ keepData: true });
  onTestFinished(() => before.close());
  const keys = await serveKeys(before.env['GATEWAY_SIGNING_KEY_FILE'] ?? '');
  const [port] = await takeFreePorts(1);
  const env = { ...process.env, ...before.env, PORT: String(port), MALLOC_ARENA_MAX: '2', LOG_LEVEL: 'error' };
  const child = fork(MAIN, [], {
    execArgv: [...NODE_FLAGS],
    env: { ...env, GATEWAY_JWKS_URL: keys, AUTH_JWKS_URL: keys },
  });
  const { pid } = child;
  if (pid === undefined) throw new Error('the service could not be started');
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  const url = `http://127.0.0.1:${port}`;
  await waitFor(() => child.exitCode !== null || isUp(url), { deadlineMs: 60_000 });
  if (child.exitCode !== null) throw new Error(`the service ended with ${child.exitCode}`);
  return { pid, url, token: before.tokens.admin };
}
