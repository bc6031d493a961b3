import { ExportPlaybook } from '@soc/contracts/response/playbooks';
import { notFound, route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';

export const exportPlaybookRoute = ({ db, playbooks }: Pick<ResponseDeps, 'db' | 'playbooks'>) =>
  route(ExportPlaybook, async ({ params, principal, consistencyToken }) => {
    const document = await playbooks.findDocument(db.readYourWrites(consistencyToken), principal.tenantId, params.id);
    if (!document) throw notFound('playbook.not_found');
    return document;
  });
