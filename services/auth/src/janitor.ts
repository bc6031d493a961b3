import type { Worker } from '@soc/service-kit';
import { forgetFailuresS } from './config.ts';
import type { AuthDeps } from './deps.ts';
import { forgettableBefore } from './domain/revocation.ts';

const EVERY_MS = 60 * 60 * 1000;

/** Deletes, every hour, the sessions, tokens, revocations, failure counts and audited changes whose time is over. Several replicas may do so at once. */
export function createJanitor(
  deps: Pick<
    AuthDeps,
    'db' | 'sessions' | 'oidcLogins' | 'revocations' | 'statementAudit' | 'loginFailures' | 'config' | 'log' | 'now'
  >,
): Worker {
  const { db, sessions, oidcLogins, revocations, statementAudit, loginFailures, config, log, now } = deps;
  let timer: NodeJS.Timeout | undefined;
  let running = Promise.resolve();

  const clean = async (): Promise<void> => {
    const at = now();
    try {
      await sessions.forgetExpired(db.write, at);
      await oidcLogins.forgetExpired(db.write, at);
      await revocations.forgetBefore(db.write, forgettableBefore(at, config.AUTH_ACCESS_TOKEN_TTL_S));
      await statementAudit.forgetOld(db.write);
      await loginFailures.forgetBefore(db.write, new Date(at.getTime() - forgetFailuresS(config) * 1000));
    } catch (error) {
      log.warn({ err: error }, 'expired sessions not deleted');
    }
  };

  return {
    start: () => {
      running = clean();
      timer = setInterval(() => {
        running = running.then(clean);
      }, EVERY_MS);
      timer.unref();
    },
    stop: async () => {
      clearInterval(timer);
      await running;
    },
  };
}
