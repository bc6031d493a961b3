import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Pool } from 'undici';
import { rounded } from '../benchmark.ts';

const SHARED = process.env['SOC_SHARED_DATA'] ?? fileURLToPath(new URL('../../../shared/data', import.meta.url));
const RULES = join(SHARED, '01-sigma-rules/sigma-rules.tar.gz');
const EVENTS = join(SHARED, '03-windows-events/otrf');

const LOAD = { events: 60_000, linesPerBody: 2_000, connections: 2 };

interface Caller {
  readonly pool: Pool;
  readonly token: string;
  readonly say: (line: string) => void;
}

interface Outcome {
  readonly received: number;
  readonly matched: number;
  readonly rejected: readonly unknown[];
}

async function post<Answer>({ pool, token }: Caller, path: string, body: string | Buffer): Promise<Answer> {
  const headers = { 'content-type': 'application/x-ndjson', authorization: `Bearer ${token}` };
  const answer = await pool.request({ method: 'POST', path, body, headers });
  const text = await answer.body.text();
  if (answer.statusCode !== 200) throw new Error(`${path} answered ${answer.statusCode}: ${text.slice(0, 500)}`);
  return JSON.parse(text) as Answer; // as the contract of the path says
}

const realEvents = (): readonly string[] =>
  readdirSync(EVENTS)
    .filter((file) => file.endsWith('.ndjson'))
    .flatMap((file) => readFileSync(join(EVENTS, file), 'utf8').split('\n'))
    .filter((line) => line.trim() !== '');

/**
 * Raw events a second through the gateway, all rules of SigmaHQ enabled, each answer a commit: real Windows events, attacks among
 * their background, repeated. A first pass makes the alerts; what is measured is the passes after it, as in a running fleet. Undefined
 * where the data is not there.
 */
export async function detectionFigures(caller: Caller) {
  const { say } = caller;
  if (!existsSync(RULES) || !existsSync(EVENTS)) {
    say('events with detection on: not measured, the rules and events are not there (SOC_SHARED_DATA)');
    return undefined;
  }
  const importedAtMs = performance.now();
  const imported = await post<{ readonly loaded: number }>(
    caller,
    '/api/v1/alerts/rules/import?name=rules.tar.gz',
    readFileSync(RULES),
  );
  const importS = (performance.now() - importedAtMs) / 1_000;
  say(`${imported.loaded} rules imported in ${rounded(importS)} s`);
  const lines = realEvents();
  await post<Outcome>(caller, '/api/v1/alerts/events', lines.join('\n'));

  const bodies = Array.from({ length: LOAD.events / LOAD.linesPerBody }, (_, body) =>
    Array.from(
      { length: LOAD.linesPerBody },
      (__, line) => lines[(body * LOAD.linesPerBody + line) % lines.length],
    ).join('\n'),
  );
  const startedAtMs = performance.now();
  let [received, matched] = [0, 0];
  const send = async (): Promise<void> => {
    for (let body = bodies.pop(); body !== undefined; body = bodies.pop()) {
      const outcome = await post<Outcome>(caller, '/api/v1/alerts/events', body);
      if (outcome.rejected.length > 0) throw new Error('an event was rejected');
      received += outcome.received;
      matched += outcome.matched;
    }
  };
  await Promise.all(Array.from({ length: LOAD.connections }, send));
  const perS = received / ((performance.now() - startedAtMs) / 1_000);
  say(`${received} events at ${rounded(perS)}/s, ${rounded(matched / received, 3)} matches an event`);
  return { events_per_s: rounded(perS), rule_import_s: rounded(importS) };
}
