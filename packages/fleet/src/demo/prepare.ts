import { ImportStix } from '@soc/contracts/intel/stix';
import { ImportPlaybook } from '@soc/contracts/response/playbooks';
import { CreateTrigger, ListTriggers } from '@soc/contracts/response/triggers';
import { type FleetClient, FleetRefusal } from '../client/fleet-client.ts';
import { readExample } from './examples.ts';

const TRIGGER_NAME = 'demo: show containment';

/** The id of the playbook; imported by an earlier demo it is there already. */
async function importPlaybook(client: FleetClient): Promise<string> {
  const text = await readExample('playbooks/contain-host.json');
  try {
    return (await client.call(ImportPlaybook, { body: text })).id;
  } catch (error) {
    if (!(error instanceof FleetRefusal) || error.status !== 409) throw error;
    return /playbook--[0-9a-f-]{36}/.exec(text)?.[0] ?? '';
  }
}

/** What the story needs in place: the indicators, and a playbook that shows what it would do. Safe to run again. */
export async function prepareDemo(client: FleetClient): Promise<{ readonly indicators: number }> {
  const { imported, updated, unchanged } = await client.call(ImportStix, {
    query: { source: 'demo' },
    body: await readExample('indicators.stix.json'),
  });
  const playbookId = await importPlaybook(client);
  const { items } = await client.call(ListTriggers, { query: { limit: '200' } });
  if (!items.some(({ name }) => name === TRIGGER_NAME)) {
    await client.call(CreateTrigger, {
      body: {
        name: TRIGGER_NAME,
        playbookId,
        on: 'incident.created',
        conditions: { minSeverity: 'high' },
        dryRun: true,
      },
    });
  }
  return { indicators: imported + updated + unchanged };
}
