import { ListConnectors } from '@soc/contracts/response/connectors';
import { route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { connectorsOf } from '../domain/list-connectors.ts';
import { readAcceptedPlaybook } from '../domain/read-playbook.ts';

const MAX_PLAYBOOKS = 500;

export const listConnectorsRoute = ({
  db,
  playbooks,
  allowedHosts,
}: Pick<ResponseDeps, 'db' | 'playbooks' | 'allowedHosts'>) =>
  route(ListConnectors, async ({ principal, consistencyToken }) => {
    const read = db.readYourWrites(consistencyToken);
    const documents = await playbooks.listDocuments(read, principal.tenantId, MAX_PLAYBOOKS);
    const connectors = documents.flatMap(({ document }) => connectorsOf(readAcceptedPlaybook(document), allowedHosts));
    return { allowedHosts: [...allowedHosts], connectors };
  });
