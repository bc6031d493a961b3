// npm run test:fuzz: requests made from the OpenAPI document by schemathesis, sent to a fleet of its own through the gateway.
// No answer may be a fault, and none may have a status or a media type that the document does not name. Ten minutes, or two
// with --quick; --seed=N repeats a run; what else is given goes to schemathesis, such as --include-operation-id=createAlert.
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type Fleet, logIn, startFleet, thisHost } from '@soc/fleet';
import { unlimitedGateway } from '../tests/support/unlimited-gateway.ts';
import { ensureSchemathesis } from './fuzz/python-tool.ts';

const [LONG_S, QUICK_S] = [600, 120];

/** Operations that would end the run, or reach beyond the machine, each with why. */
const LEFT_OUT: Readonly<Record<string, string>> = {
  logout: 'ends the session that the others are sent with',
  changeOwnPassword: 'ends the session that the others are sent with',
  streamNotifications: 'never ends',
  startOidcLogin: 'asks wherever the provider leads, and says 503 where nobody answers',
  testChannel: 'sends to wherever the channel leads',
  setServiceBreaker: 'keeps every request from a service',
  setInstanceBreaker: 'keeps every request from a service of one instance',
};

const CHECKS = ['not_a_server_error', 'status_code_conformance', 'content_type_conformance'];

const given = process.argv.slice(2);
const isQuick = given.includes('--quick');

/** 2,000 ports away from a fleet that a person may have running. */
const PORT_BASE = 10_000;

async function fuzz({ gatewayUrl, admin, dataDirectory: cwd }: Fleet, signal: AbortSignal): Promise<number> {
  const { accessToken } = await logIn(gatewayUrl, admin);
  const args = [
    'run',
    `${gatewayUrl}/api/v1/openapi.json`,
    `--url=${gatewayUrl}`,
    `--header=Authorization: Bearer ${accessToken}`,
    `--checks=${CHECKS.join()}`,
    '--phases=examples,coverage,fuzzing',
    `--max-time=${isQuick ? QUICK_S : LONG_S}`,
    // With more, CPython's own parser fails now and then in one of its threads (SystemError: AST constructor recursion depth).
    '--workers=1',
    '--continue-on-failure',
    '--request-timeout=30',
    '--warnings=off',
    '--generation-database=none',
    ...Object.keys(LEFT_OUT).map((id) => `--exclude-operation-id=${id}`),
    ...given.filter((argument) => argument !== '--quick'),
  ];
  // It leaves a folder where it stands.
  const child = spawn(schemathesis, args, { cwd, stdio: ['ignore', 'inherit', 'inherit'], signal });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => resolve(code ?? 1));
  });
}

const interruption = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => interruption.abort());

const schemathesis = ensureSchemathesis();
const dataDirectory = mkdtempSync(path.join(tmpdir(), 'soc-fuzz-'));
try {
  const fleet = await startFleet({
    host: thisHost(),
    dataDirectory,
    portBase: PORT_BASE,
    isDurable: false,
    hasReplica: false,
    logLevel: 'error',
    // Longer than the longest run.
    env: { gateway: unlimitedGateway, auth: { AUTH_ACCESS_TOKEN_TTL_S: '3600' } },
    signal: interruption.signal,
  });
  try {
    process.exitCode = await fuzz(fleet, interruption.signal);
  } finally {
    await fleet.stop();
  }
} catch (error) {
  if (!interruption.signal.aborted) throw error;
  process.exitCode = 130;
} finally {
  rmSync(dataDirectory, { recursive: true, force: true });
}
