import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { ReceiveWebhook } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { findRunningFleet } from '../claim-data-directory.ts';
import { type FleetClient, FleetRefusal, logIn } from '../client/fleet-client.ts';
import { type ExampleAlert, readExampleAlerts } from '../demo/examples.ts';
import { prepareDemo } from '../demo/prepare.ts';
import { tellAlert, tellIncident } from '../demo/story.ts';
import { OperatorError } from '../operator-error.ts';
import { keepFleetSecrets } from '../secrets/fleet-secrets.ts';
import type { Command, CommandInput } from './command.ts';
import { dataDirOf, dataDirOption } from './fleet-arguments.ts';

const ANALYSED_WITHIN_MS = 15_000;
/** Correlation and the playbook follow the last score. */
const SETTLE_MS = 2_000;

export const demoCommand: Command = {
  name: 'demo',
  summary: 'Replay the sample alerts of examples/ against the running fleet and tell the story of the incident.',
  synopsis: '',
  options: [dataDirOption],
  run: async (input) => {
    try {
      await tellStory(input);
    } catch (error) {
      if (!(error instanceof FleetRefusal)) throw error;
      throw new OperatorError(`The story ends here: ${error.message}; soc doctor tells how the fleet is.`, {
        cause: error,
      });
    }
    return 0;
  },
};

async function tellStory(input: CommandInput): Promise<void> {
  const client = await connect(input);
  const { indicators } = await prepareDemo(client);
  input.print(`${indicators} indicators and a playbook are in place. The alerts come in:\n`);
  const ids = new Set<string>();
  for (const example of await readExampleAlerts(WebhookSource.options)) {
    input.interrupted.throwIfAborted();
    for (const id of await replay(client, example, input)) ids.add(id);
  }
  await pause(SETTLE_MS);
  const incidentId = await mainIncident(client, [...ids]);
  if (incidentId === undefined) {
    throw new OperatorError('The alerts came in, but no incident was correlated from them.');
  }
  await tellIncident(client, incidentId, input.print);
}

async function connect(input: CommandInput): Promise<FleetClient> {
  const dataDirectory = dataDirOf(input);
  const fleet = await findRunningFleet(dataDirectory, input.host);
  if (!fleet) throw new OperatorError('No fleet runs over this data directory; start one with npm start first.');
  const { admin } = await keepFleetSecrets(join(dataDirectory, 'secrets'), {});
  return logIn(`http://127.0.0.1:${fleet.portBase}`, admin);
}

async function replay(
  client: FleetClient,
  { source, payload }: ExampleAlert,
  { print }: CommandInput,
): Promise<readonly string[]> {
  const { alerts } = await client.call(ReceiveWebhook, { params: { source }, body: payload });
  for (const { id, deduplicated } of alerts) {
    const { title, severity } = await client.call(GetAlert, { params: { id } });
    print(`${source}: ${title} (${severity}${deduplicated ? ', seen before' : ''})`);
    print(await whenAnalysed(client, id));
  }
  return alerts.map(({ id }) => id);
}

async function whenAnalysed(client: FleetClient, id: string): Promise<string> {
  const deadlineMs = performance.now() + ANALYSED_WITHIN_MS;
  for (;;) {
    const told = await tellAlert(client, id);
    if (told?.isFinal) return told.line;
    if (performance.now() > deadlineMs) {
      return told?.line ?? `  not analysed within ${ANALYSED_WITHIN_MS / 1000} s; is ai well?`;
    }
    await pause(50);
  }
}

/** The incident that most of the alerts belong to. */
async function mainIncident(client: FleetClient, ids: readonly string[]): Promise<string | undefined> {
  const alerts = await Promise.all(ids.map((id) => client.call(GetAlert, { params: { id } })));
  const members = Map.groupBy(
    alerts.flatMap(({ incidentId }) => (incidentId === null ? [] : [incidentId])),
    (incidentId) => incidentId,
  );
  return [...members].toSorted(([, a], [, b]) => b.length - a.length)[0]?.[0];
}
