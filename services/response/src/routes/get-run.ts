import { GetRun } from '@soc/contracts/response/runs';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { playbookOfRun, toRunDetail } from './run-detail.ts';

export const getRunRoute = (deps: Pick<ResponseDeps, 'db' | 'runs' | 'journals' | 'playbooks'>) =>
  route(GetRun, async ({ params, principal, consistencyToken }) => {
    const read = deps.db.readYourWrites(consistencyToken);
    const run = await deps.runs.find(read, principal.tenantId, params.id);
    if (!run) throw notFound('run.not_found');
    return toRunDetail(deps, read, run, await playbookOfRun(deps, read, principal.tenantId, run));
  });
