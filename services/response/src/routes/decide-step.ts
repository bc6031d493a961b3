import { DecideStep } from '@soc/contracts/response/runs';
import { conflict, notFound, route, unprocessable } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { decideStep } from '../domain/decide-step.ts';
import { playbookOfRun, toRunDetail } from './run-detail.ts';

export const decideStepRoute = (
  deps: Pick<ResponseDeps, 'db' | 'runs' | 'journals' | 'playbooks' | 'worker' | 'now'>,
) =>
  route(DecideStep, ({ params, body, principal, log, record }) =>
    deps.db.tx(async (tx) => {
      const { runs, journals, worker, now } = deps;
      // The same lock an executor takes for its turn: the decision comes wholly before or wholly after it.
      const run = await runs.findForUpdate(tx, principal.tenantId, params.id);
      if (!run) throw notFound('run.not_found');
      if (run.endedAt !== null) throw conflict('run.ended', `it has ended: ${run.status}`);
      const playbook = await playbookOfRun(deps, tx, principal.tenantId, run);
      if (!playbook) throw conflict('run.step_not_waiting', 'the playbook of the run cannot be read; cancel it');
      const journal = await journals.load(tx, run.id);
      const decided = decideStep(body, { playbook, journal, decidedBy: principal.name, now: now() });
      if (!decided.ok) {
        throw (decided.refusal === 'unknown_variable' ? unprocessable : conflict)(`run.${decided.refusal}`);
      }
      await journals.write(tx, run.id, [decided.record], now());
      await runs.wake(tx, run.id);
      await record(tx, { details: { stepId: body.stepId, decision: body.decision, playbookId: run.playbookId } });
      tx.afterCommit(worker.wake);
      log.info({ runId: run.id, stepId: body.stepId, decision: body.decision, by: principal.subject }, 'step decided');
      return toRunDetail(deps, tx, { ...run, status: 'running' }, playbook);
    }),
  );
