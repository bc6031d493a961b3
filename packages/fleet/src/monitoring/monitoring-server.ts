import type { ServerAccount } from '../account/server-account.ts';
import { spawnGuarded } from '../supervisor/guarded-process.ts';
import type { LogFile } from '../supervisor/log-file.ts';
import type { ProcessSpec } from '../supervisor/process-spec.ts';

/** One server of the monitoring. */
export interface MonitoringServer {
  readonly name: string;
  readonly program: string;
  readonly args: readonly string[];
  /** Beside a home and a limit of memory; secrets stand here, where `ps` does not show them. */
  readonly env?: Readonly<Record<string, string>>;
  readonly port: number;
  /** Answers 200 once it is ready. */
  readonly readyPath: string;
}

const ANSWERS_WITHIN_MS = 2_000;

/** Go collects more often near this much: what watches must not crowd out what is watched. Not a hard limit. */
const MEMORY_AIM = { prometheus: '256MiB', others: '64MiB' } as const;

/** How to run one of them. None notices the death of its supervisor, so each stands under guard as data servers do. */
export function monitoringSpec(
  { name, program, args, env, port, readyPath }: MonitoringServer,
  place: { readonly directory: string; readonly account?: ServerAccount | undefined; readonly log: LogFile },
): ProcessSpec {
  const { directory, account, log } = place;
  return {
    name,
    spawn: () =>
      spawnGuarded({
        command: program,
        args,
        stopSignal: 'TERM',
        cwd: directory,
        logFd: log.fd,
        env: {
          HOME: directory,
          LC_ALL: 'C',
          GOMEMLIMIT: name === 'prometheus' ? MEMORY_AIM.prometheus : MEMORY_AIM.others,
          ...env,
        },
        ...account,
      }),
    isReady: async () => {
      const answer = await fetch(`http://127.0.0.1:${port}${readyPath}`, {
        signal: AbortSignal.timeout(ANSWERS_WITHIN_MS),
      });
      await answer.body?.cancel();
      return answer.ok;
    },
    readyWithinMs: 60_000,
    politeSignal: 'SIGTERM',
    forceSignal: 'SIGUSR1',
    stopWithinMs: 15_000,
    log,
  };
}
