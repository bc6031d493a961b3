import { ListConnectors } from '@soc/contracts/response/connectors';
import { route } from '@soc/service-kit';
import type { ResponseDeps } from '../deps.ts';
import { connectorsOf } from '../domain/list-connectors.ts';
import { readPlaybook, whyRefused } from '../domain/read-playbook.ts';

const MAX_PLAYBOOKS = 500;

export const listConnectorsRoute = ({
  db,
  playbooks,
  allowedHosts,
}: Pick<ResponseDeps, 'db' | 'playbooks' | 'allowedHosts'>) =>
  route(ListConnectors, async ({ principal, consistencyToken, log }) => {
    const latest = db.readYourWrites(consistencyToken);
    const documents = await playbooks.listDocuments(latest, principal.tenantId, MAX_PLAYBOOKS);
    const connectors = documents.flatMap(({ document }) => {
      const read = readPlaybook(document);
      if (read.ok) return connectorsOf(read.playbook, allowedHosts);
      // It was accepted by another version. It talks to nothing: a run of it fails before its first step.
      log.warn({ playbookId: document['id'], reason: whyRefused(read.errors) }, 'playbook not listed');
      return [];
    });
    return { allowedHosts: [...allowedHosts], connectors };
  });
