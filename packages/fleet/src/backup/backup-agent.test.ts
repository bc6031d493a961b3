import { expect, onTestFinished, test } from 'vitest';
import { type BackupAgent, type BackupAgentOptions, startBackupAgent } from './backup-agent.ts';
import { BackupError } from './run-pgbackrest.ts';

const NOON = Date.UTC(2026, 0, 20, 12);
const DAY_MS = 24 * 60 * 60 * 1000;

/** An agent over a repository that is only told, at a clock that is only set. */
async function startAgent(readState: BackupAgentOptions['readState'] = () => Promise.reject(new Error('no server'))) {
  const made: { label: string; type: string; atMs: number }[] = [];
  const said: string[] = [];
  const clock = { nowMs: NOON };
  let fault: BackupError | undefined;
  const info = () => [
    {
      backup: made.map(({ label, type, atMs }) => ({
        label,
        type,
        timestamp: { start: atMs / 1000, stop: atMs / 1000 },
        info: { size: 1, repository: { delta: 1 } },
        error: false,
      })),
    },
  ];
  const agent: BackupAgent = await startBackupAgent({
    pgbackrest: {
      run: (command, args = []) => {
        if (command === 'info') return Promise.resolve(JSON.stringify(info()));
        if (command === 'backup' && fault) return Promise.reject(fault);
        if (command === 'backup') {
          const type = args.includes('--type=full') ? 'full' : 'incr';
          made.push({ label: `${made.length}`, type, atMs: clock.nowMs });
        }
        return Promise.resolve('');
      },
    },
    readState,
    port: 0,
    instance: 'db-1',
    now: () => new Date(clock.nowMs),
    onEvent: (text) => void said.push(text),
  });
  onTestFinished(() => agent.stop());
  await agent.look();
  const metrics = async (): Promise<string> => (await fetch(`${agent.url}/metrics`)).text();
  return { agent, clock, made, said, metrics, failWith: (error: BackupError | undefined) => (fault = error) };
}

const valueOf = (text: string, series: string, type?: string): string | undefined =>
  text
    .split('\n')
    .find((line) => line.startsWith(`${series}{`) && (type === undefined || line.includes(`type="${type}"`)))
    ?.split(' ')
    .at(-1);

test('a full backup is made at first and each week, an incremental one each day, and the last success is told', async () => {
  const { agent, clock, made, metrics } = await startAgent();
  for (let day = 1; day <= 8; day += 1) {
    clock.nowMs = NOON + day * DAY_MS;
    await agent.look();
    await agent.look();
  }
  expect(made.map(({ type }) => type)).toEqual(['full', ...Array.from({ length: 6 }, () => 'incr'), 'full', 'incr']);
  const text = await metrics();
  expect(valueOf(text, 'soc_backup_last_success_time_seconds', 'incr')).toBe(String((NOON + 8 * DAY_MS) / 1000 + 1));
  expect(valueOf(text, 'soc_backup_last_success_time_seconds', 'full')).toBe(String((NOON + 7 * DAY_MS) / 1000 + 1));
});

test('a backup that fails is counted and told, and tried again after a quarter of an hour', async () => {
  const { agent, clock, made, said, metrics, failWith } = await startAgent();
  failWith(new BackupError('The disk is full.', 57));
  clock.nowMs += DAY_MS;
  for (let look = 0; look < 3; look += 1) await agent.look();
  expect(said).toEqual(['full backup made', 'no incr backup was made: The disk is full.']);
  expect(valueOf(await metrics(), 'soc_backup_failures_total', 'incr')).toBe('1');
  failWith(undefined);
  clock.nowMs += 15 * 60_000;
  await agent.look();
  expect(made).toHaveLength(2);
});

test('how far the archive is behind is told as long as PostgreSQL says so, and nothing made up when it does not', async () => {
  let isUp = true;
  const { metrics } = await startAgent(() =>
    isUp
      ? Promise.resolve({ waitingFiles: 3, lagSeconds: 42, failures: 7 })
      : Promise.reject(new Error('connection refused')),
  );
  const text = await metrics();
  expect(valueOf(text, 'soc_wal_archive_lag_seconds')).toBe('42');
  expect(valueOf(text, 'soc_wal_archive_waiting_files')).toBe('3');
  expect(valueOf(text, 'soc_wal_archive_failures')).toBe('7');
  isUp = false;
  expect(valueOf(await metrics(), 'soc_wal_archive_lag_seconds')).toBeUndefined();
});
