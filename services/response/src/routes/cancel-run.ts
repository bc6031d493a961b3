import { CancelRun } from '@soc/contracts/response/runs';
import { conflict, notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const cancelRunRoute = ({ db, runs, worker }: Pick<ResponseDeps, 'db' | 'runs' | 'worker'>) =>
  route(CancelRun, ({ params, principal, log }) =>
    db.tx(async (tx) => {
      const run = await runs.findForUpdate(tx, principal.tenantId, params.id);
      if (!run) throw notFound('run.not_found');
      if (run.endedAt !== null) throw conflict('run.ended', `it has ended: ${run.status}`);
      await runs.requestCancel(tx, run.id);
      tx.afterCommit(worker.wake);
      log.info({ runId: run.id, by: principal.subject }, 'run cancellation requested');
      const { variables: _, ...shown } = run;
      return { ...shown, cancelRequested: true };
    }),
  );
