import { defineService } from '@soc/service-kit';
import { ResponseConfig } from './config.ts';
import { createResponseDeps } from './deps.ts';
import { onIncidentCreated } from './events/on-incident-created.ts';
import { onIncidentUpdated } from './events/on-incident-updated.ts';
import { onResponseRequested } from './events/on-response-requested.ts';
import { cancelRunRoute } from './routes/cancel-run.ts';
import { createTriggerRoute } from './routes/create-trigger.ts';
import { decideStepRoute } from './routes/decide-step.ts';
import { deletePlaybookRoute } from './routes/delete-playbook.ts';
import { deleteTriggerRoute } from './routes/delete-trigger.ts';
import { exportPlaybookRoute } from './routes/export-playbook.ts';
import { getPlaybookRoute } from './routes/get-playbook.ts';
import { getRunRoute } from './routes/get-run.ts';
import { getTriggerRoute } from './routes/get-trigger.ts';
import { importPlaybookRoute } from './routes/import-playbook.ts';
import { listConnectorsRoute } from './routes/list-connectors.ts';
import { listPlaybooksRoute } from './routes/list-playbooks.ts';
import { listRunsRoute } from './routes/list-runs.ts';
import { listTriggersRoute } from './routes/list-triggers.ts';
import { replaceTriggerRoute } from './routes/replace-trigger.ts';
import { startRunRoute } from './routes/start-run.ts';
import { updatePlaybookRoute } from './routes/update-playbook.ts';

export const responseService = defineService({
  name: 'response',
  config: ResponseConfig,
  migrations: new URL('../migrations/', import.meta.url),
  create: (platform) => {
    const deps = createResponseDeps(platform);
    return {
      routes: [
        importPlaybookRoute(deps),
        listPlaybooksRoute(deps),
        getPlaybookRoute(deps),
        exportPlaybookRoute(deps),
        updatePlaybookRoute(deps),
        deletePlaybookRoute(deps),
        createTriggerRoute(deps),
        listTriggersRoute(deps),
        getTriggerRoute(deps),
        replaceTriggerRoute(deps),
        deleteTriggerRoute(deps),
        startRunRoute(deps),
        listRunsRoute(deps),
        getRunRoute(deps),
        cancelRunRoute(deps),
        decideStepRoute(deps),
        listConnectorsRoute(deps),
      ],
      subscriptions: [onIncidentCreated(deps), onIncidentUpdated(deps), onResponseRequested(deps)],
      workers: [deps.worker],
    };
  },
});
