import { setTimeout as delay } from 'node:timers/promises';
import { isDatabaseUnavailable } from '@soc/db-cluster';
import type { BusLog } from '@soc/messaging';
import { HttpProblem, uuidv7 } from '@soc/service-kit';
import { partsOf } from '../domain/syslog/plain-event.ts';
import type { EventIntake } from '../event-intake.ts';

/** The format by which `@soc/sigma` reads them, and the name of the source. */
const SOURCE = 'syslog';

/** How often rules that are not ready are asked again: nobody's alerts are to wait for another's rules. */
const TRIES = 3;

/** Has plain messages of one tenant seen by its rules. Tells whether they were; throws while the database is away. */
export type SyslogDetection = (tenantId: string, events: readonly string[]) => Promise<boolean>;

export function createSyslogDetection(given: {
  readonly eventIntake: EventIntake;
  readonly now: () => Date;
  readonly log: BusLog;
  readonly retryMs: number;
}): SyslogDetection {
  const { eventIntake, now, log, retryMs } = given;
  const detect = async (tenantId: string, part: string): Promise<boolean> => {
    for (let tried = 1; ; tried += 1) {
      try {
        // Memory of its own, which a thread takes over.
        const bytes = new Uint8Array(Buffer.from(part));
        await eventIntake(bytes, SOURCE, { tenantId, correlationId: uuidv7(now().getTime()) });
        return true;
      } catch (error) {
        if (isDatabaseUnavailable(error) || !(error instanceof HttpProblem)) throw error;
        if (tried === TRIES) {
          log.warn({ err: error, tenantId }, 'syslog messages are seen by no rule');
          return false;
        }
        await delay(retryMs);
      }
    }
  };
  return async (tenantId, events) => {
    const seen = [];
    for (const part of partsOf(events)) seen.push(await detect(tenantId, part));
    return seen.every(Boolean);
  };
}
