import { GetPlaybook } from '@soc/contracts/response/playbooks';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { describePlaybook } from '../domain/describe-playbook.ts';
import { readAcceptedPlaybook } from '../domain/read-playbook.ts';

export const getPlaybookRoute = ({ db, playbooks }: Pick<ResponseDeps, 'db' | 'playbooks'>) =>
  route(GetPlaybook, async ({ params, principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const summary = await playbooks.find(read, principal.tenantId, params.id);
    const document = summary && (await playbooks.findDocument(read, principal.tenantId, params.id, summary.revision));
    if (!document) throw notFound('playbook.not_found');
    return { ...summary, ...describePlaybook(readAcceptedPlaybook(document)) };
  });
