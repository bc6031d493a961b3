import { GetAnalysis } from '@soc/contracts/ai/analysis';
import { GetIncident, type IncidentDetail } from '@soc/contracts/alert/incidents';
import { GetAlert } from '@soc/contracts/alert/queries';
import { GetIncidentTimeline } from '@soc/contracts/alert/timeline';
import { GetRun, ListRuns } from '@soc/contracts/response/runs';
import { type FleetClient, FleetRefusal } from '../client/fleet-client.ts';

type Print = (line: string) => void;

const clock = (time: string): string => time.slice(11, 19);

/** What is known of an alert by now. */
export interface AlertTold {
  readonly line: string;
  /** Whether the score counts what intel said: what intel knows may come after the first look and raises it then. */
  readonly isFinal: boolean;
}

/** A replica may show the alert's row before the analysis it came from. */
function undefinedWhenNotFound(error: unknown): undefined {
  if (!(error instanceof FleetRefusal) || error.status !== 404) throw error;
}

/** One line once an alert is scored and enriched; undefined before. */
export async function tellAlert(client: FleetClient, id: string): Promise<AlertTold | undefined> {
  const alert = await client.call(GetAlert, { params: { id } });
  if (alert.analysedAt === null || alert.enrichedAt === null) return undefined;
  const analysis = await client.call(GetAnalysis, { params: { alertId: id } }).catch(undefinedWhenNotFound);
  const countsIntel = analysis?.features.some(({ feature, value }) => feature === 'intel_hits' && value > 0) ?? false;
  const verdict = (alert.suggestedVerdict ?? 'undetermined').replaceAll('_', ' ');
  const techniques = alert.techniques.length > 0 ? `, ${alert.techniques.join(' ')}` : '';
  const line = `  ${clock(alert.occurredAt)}  score ${String(alert.score).padStart(3)}  ${verdict}, intel says ${alert.reputation}${techniques}`;
  return { line, isFinal: alert.score === analysis?.score && (countsIntel || alert.reputation !== 'malicious') };
}

function tellReasons({ reasons }: IncidentDetail, print: Print): void {
  const byEntity = Map.groupBy(reasons, ({ entityType, entityValue }) => `${entityType} ${entityValue}`);
  for (const [entity, joined] of byEntity) print(`  ${joined.length} × because of the ${entity}`);
}

async function tellRuns(client: FleetClient, incidentId: string, print: Print): Promise<void> {
  const { items } = await client.call(ListRuns, { query: { incidentId } });
  for (const { id, playbookName, origin, status, dryRun } of items) {
    print(
      `  playbook “${playbookName}”, by the ${origin.kind} “${origin.name}”: ${status}${dryRun ? ' (dry run: it shows what it would do)' : ''}`,
    );
    const { steps } = await client.call(GetRun, { params: { id } });
    for (const { stepName, stepType, state, outcome } of steps) {
      print(`    ${state.padEnd(10)} ${stepName ?? stepType}${outcome ? `: ${outcome.detail}` : ''}`);
    }
  }
}

/** Tells one incident: what it is, why it hangs together, what happened in event order, and how it was answered. */
export async function tellIncident(client: FleetClient, id: string, print: Print): Promise<void> {
  const incident = await client.call(GetIncident, { params: { id } });
  print(`\n${incident.severity.toUpperCase()} incident: ${incident.title}`);
  print(
    `  ${incident.alertCount} alerts from ${clock(incident.firstSeenAt)} to ${clock(incident.lastSeenAt)}, ${incident.techniques.join(' ')}`,
  );
  print('\nWhy these alerts belong together');
  tellReasons(incident, print);
  print('\nWhat happened, in event order');
  const { items } = await client.call(GetIncidentTimeline, { params: { id }, query: { limit: '200' } });
  for (const { at, kind, summary } of items) if (kind === 'alert') print(`  ${clock(at)}  ${summary}`);
  print('\nHow it was answered');
  await tellRuns(client, id, print);
}
