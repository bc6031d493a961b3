import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { makeTemporaryDirectory, startTestService, takeFreePorts, waitFor } from '@soc/fleet/testing';
import { createTokenSigner, type TokenSigner } from '@soc/identity';
import { Agent, request } from 'undici';
import { expect, onTestFinished, test } from 'vitest';
import { gatewayService } from '../app.ts';
import { json, startFakeService } from '../upstream.fixture.ts';

const MAIN = fileURLToPath(new URL('../main.ts', import.meta.url));
/** Three processes start in each. */
const SLOWLY = { timeout: 120_000 };
const PATH = '/api/v1/alerts';

interface Gateway {
  readonly url: string;
  readonly child: ChildProcess;
  readonly token: string;
  /** Requests that came to the service behind it. */
  readonly passedOn: () => number;
}

/** What a gateway asks auth for by itself. */
function answerOfAuth(url: string, { jwks }: TokenSigner): unknown {
  if (url.endsWith('/jwks.json')) return { keys: jwks };
  if (url.endsWith('/service-token')) {
    return { accessToken: 'a.b.c', expiresInS: 600, access_token: 'a.b.c', token_type: 'Bearer', expires_in: 600 };
  }
  return { items: [], nextCursor: 'all' };
}

/** A gateway process with two workers in front of a service that answers after a moment. */
async function startWorkers(given: Readonly<Record<string, string>> = {}): Promise<Gateway> {
  const alert = await startFakeService((_, response) => void setTimeout(() => json(response, 200, {}), 20));
  const one = await startTestService(gatewayService, {});
  await one.close();
  const signer = createTokenSigner({
    privateKeyPem: await readFile(one.env['AUTH_SIGNING_KEY_FILE'] ?? '', 'utf8'),
    issuer: 'soc-agent',
    audience: 'soc-fleet',
  });
  const auth = await startFakeService((incoming, response) =>
    json(response, 200, answerOfAuth(incoming.url ?? '', signer)),
  );
  const [port] = await takeFreePorts(1);
  const env = Object.entries({
    ...process.env,
    ...one.env,
    PORT: String(port),
    LOG_LEVEL: 'warn',
    GATEWAY_WORKERS: '2',
    SHUTDOWN_GRACE_MS: '1000',
    SHED_EVENT_LOOP_DELAY_MS: '60000', // a busy machine is no reason to refuse here
    UPSTREAM_ALERT: alert.url,
    UPSTREAM_AUTH: auth.url,
    AUTH_JWKS_URL: `${auth.url}/jwks.json`,
    ...given,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const child = fork(MAIN, [], { env: Object.fromEntries(env), execArgv: [] });
  const url = `http://127.0.0.1:${port}`;
  onTestFinished(async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGTERM');
    await once(child, 'exit');
  });
  await waitFor(async () => (await workersOf(url)).size === 2, { deadlineMs: 50_000 });
  return { url, child, token: one.tokens.admin, passedOn: () => alert.seen.length };
}

/** Process ids by place, as one worker tells them of all. */
async function workersOf(url: string): Promise<ReadonlyMap<string, string>> {
  const { body } = await request(`${url}/metrics`);
  const found = (await body.text()).matchAll(/^process_start_time_seconds{[^}]*worker="(\d)"[^}]*} (\S+)$/gm);
  return new Map([...found].map(([, place = '', startedAt = '']) => [place, startedAt]));
}

/** How often each worker has applied the configuration file, in the order of their places. */
async function appliedBy(url: string): Promise<readonly number[]> {
  const { body } = await request(`${url}/metrics`);
  const lines = (await body.text()).matchAll(/^soc_gateway_config_reloads_total{([^}]*)} (\d+)$/gm);
  const applied = [...lines].filter(([, labels = '']) => labels.includes('outcome="applied"'));
  return applied
    .toSorted(([, one = ''], [, other = '']) => one.localeCompare(other))
    .map(([, , count]) => Number(count));
}

/** Waits until both workers have applied the file at least that often, and resolves with how often they have. */
async function appliedByBoth(url: string, atLeast: readonly number[]): Promise<readonly number[]> {
  let applied: readonly number[] = [];
  await waitFor(
    async () => {
      applied = await appliedBy(url);
      return applied.length === 2 && applied.every((count, place) => count >= (atLeast[place] ?? 0));
    },
    { deadlineMs: 30_000 },
  );
  return applied;
}

/** Requests on kept connections until `stop`; none may fail but those whose connection nobody took. */
function startLoad({ url, token }: Gateway) {
  const dispatcher = new Agent({ connections: 16 });
  const failures: string[] = [];
  let answered = 0;
  let isOver = false;
  const lane = async (): Promise<void> => {
    while (!isOver) {
      try {
        const { statusCode, body } = await request(`${url}${PATH}`, {
          dispatcher,
          headers: { authorization: `Bearer ${token}` },
        });
        await body.dump();
        if (statusCode === 200) answered += 1;
        else failures.push(String(statusCode));
      } catch (error) {
        failures.push(error instanceof Error && 'code' in error ? String(error.code) : String(error));
      }
    }
  };
  const lanes = Array.from({ length: 16 }, lane);
  return {
    answered: () => answered,
    stop: async () => {
      isOver = true;
      await Promise.all(lanes);
      await dispatcher.destroy();
      return failures;
    },
  };
}

test('metrics and health are of all workers, whichever is asked', SLOWLY, async () => {
  const { url } = await startWorkers();
  await waitFor(
    async () => {
      const { body } = await request(`${url}/health`);
      expect(await body.json()).toMatchObject({ checks: { workers: { status: 'ok', facts: { workers: 2 } } } });
      return true;
    },
    { deadlineMs: 20_000 },
  );
});

test('SIGHUP has every worker apply the configuration file anew, also one that has not changed', SLOWLY, async () => {
  const directory = await makeTemporaryDirectory('workers');
  onTestFinished(() => directory[Symbol.asyncDispose]());
  const file = join(directory.path, 'gateway.json');
  await writeFile(file, JSON.stringify({ RATE_LIMIT_PER_S: 500 }));
  const { url, child } = await startWorkers({ GATEWAY_CONFIG_FILE: file });
  // The file may have been looked at more than once before the signal comes.
  const before = await appliedByBoth(url, [1, 1]);
  child.kill('SIGHUP');
  await appliedByBoth(
    url,
    before.map((count) => count + 1),
  );
  expect([child.exitCode, child.signalCode]).toEqual([null, null]);
});

/** Ends one of the workers as the kernel does, and resolves with its place. */
async function killOne(child: ChildProcess): Promise<void> {
  const children = await readFile(`/proc/${child.pid}/task/${child.pid}/children`, 'utf8');
  const [first] = children.trim().split(' ').map(Number);
  if (first === undefined) throw new Error('no worker to be found');
  process.kill(first, 'SIGKILL');
}

test('a worker that is killed is replaced, and only requests on its own connections fail', SLOWLY, async () => {
  const gateway = await startWorkers();
  const before = await workersOf(gateway.url);
  const load = startLoad(gateway);
  await waitFor(() => load.answered() > 50, { deadlineMs: 20_000 });
  await killOne(gateway.child);
  await waitFor(
    async () => {
      const after = await workersOf(gateway.url);
      return after.size === 2 && [...after].some(([place, startedAt]) => before.get(place) !== startedAt);
    },
    { deadlineMs: 50_000 },
  );
  const answered = load.answered();
  await waitFor(() => load.answered() > answered + 50, { deadlineMs: 20_000 });
  const failures = await load.stop();
  // One in flight on each of its connections, and what was handed to it in its last moment.
  expect(failures.length).toBeLessThanOrEqual(16);
  expect(failures.filter((failure) => /^\d/.test(failure))).toEqual([]);
});

/** What a client hears that connects within some milliseconds. */
async function connectSoon({ url }: Gateway, withinMs: number): Promise<string> {
  await delay(Math.random() * withinMs);
  const dispatcher = new Agent({ connections: 1, headersTimeout: 20_000 });
  try {
    const { statusCode, body } = await request(`${url}/health/live`, { dispatcher });
    await body.dump();
    return String(statusCode);
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error);
  } finally {
    await dispatcher.destroy();
  }
}

test('whoever connects as a worker is killed is not left without an answer', SLOWLY, async () => {
  const gateway = await startWorkers();
  await waitFor(async () => (await workersOf(gateway.url)).size === 2);
  await killOne(gateway.child);
  const heard = await Promise.all(Array.from({ length: 40 }, () => connectSoon(gateway, 10)));
  expect(heard).not.toContain('UND_ERR_HEADERS_TIMEOUT');
  expect(heard).toContain('200');
});

test('a gateway that is stopped under load answers every request that it took', SLOWLY, async () => {
  const gateway = await startWorkers();
  const load = startLoad(gateway);
  await waitFor(() => load.answered() > 50, { deadlineMs: 20_000 });
  gateway.child.kill('SIGTERM');
  const [code] = (await once(gateway.child, 'exit')) as [number | null];
  const failures = await load.stop();
  expect(code).toBe(0);
  // Once nobody listens, connections are refused, or reset when they were in line; what was taken was answered.
  expect(load.answered()).toBe(gateway.passedOn());
  expect(failures.filter((failure) => !/^(ECONNREFUSED|ECONNRESET|UND_ERR_SOCKET)$/.test(failure))).toEqual([]);
});
