import { ResponseCompleted } from '@soc/contracts';
import { subscription } from '@soc/messaging';
import type { NotificationDeps } from '../deps.ts';
import { liveRun } from '../domain/live-event.ts';
import { runFact } from '../domain/run-fact.ts';
import { factOrigin } from './fact-origin.ts';

/** Tells how playbook runs ended. */
export const onResponseCompleted = ({ notifier, live }: Pick<NotificationDeps, 'notifier' | 'live'>) =>
  subscription(ResponseCompleted, async (run, { tx, event }) => {
    await notifier.notify(tx, [runFact(run, factOrigin(event))]);
    tx.afterCommit(() => live.publish([{ tenantId: event.tenantid, event: liveRun(run) }]));
  });
