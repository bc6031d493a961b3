import { type Analysis, AnalysisCompleted, type Incident, IncidentCreated } from '@soc/contracts';
import { CreateAlert, type CreateAlertBody } from '@soc/contracts/alert/ingest';
import { GetAlert } from '@soc/contracts/alert/queries';
import { type TestService, waitFor } from '@soc/fleet/testing';

/** Posts an alert and returns its id. Each is another alert unless `given` says otherwise. */
export async function postAlert(service: TestService, given: Partial<CreateAlertBody> = {}): Promise<string> {
  const body = { title: `Alert ${crypto.randomUUID()}`, severity: 'medium', ...given };
  const { status, body: accepted, raw } = await service.call(CreateAlert, { body });
  if (status !== 201) throw new Error(`${status}: ${raw.toString()}`);
  return accepted.id;
}

/** What ai says about an alert. */
export const anAnalysis = (alertId: string, given: Partial<Analysis> = {}): Analysis => ({
  alertId,
  revision: 1,
  score: 70,
  suggestedVerdict: 'true_positive',
  techniques: [],
  tactics: [],
  features: [],
  explanation: 'looked at by a test',
  model: { name: 'test', version: '1' },
  analysedAt: new Date().toISOString(),
  ...given,
});

/** Has alerts analysed, and waits until the service knows. */
export async function analyse(service: TestService, ...alertIds: readonly string[]): Promise<void> {
  for (const alertId of alertIds) await service.emit(AnalysisCompleted, anAnalysis(alertId));
  await waitFor(async () => {
    for (const id of alertIds) {
      const { body } = await service.call(GetAlert, { params: { id } });
      if (body.analysedAt === null) throw new Error(`${id} is not analysed yet`);
    }
    return true;
  });
}

/** Opens an incident around a host by two alerts a minute apart. */
export async function openIncident(
  service: TestService,
  host: string,
  given: Partial<CreateAlertBody> = {},
): Promise<{ readonly incident: Incident; readonly alertIds: readonly [string, string] }> {
  const observables = [{ type: 'host' as const, value: host }];
  const first = await postAlert(service, { observables, occurredAt: '2026-03-01T08:00:00.000Z', ...given });
  const second = await postAlert(service, { observables, occurredAt: '2026-03-01T08:01:00.000Z', ...given });
  await analyse(service, first, second);
  const [event] = await service.published(IncidentCreated, {
    where: ({ data }) => data.alertIds.includes(first) && data.alertIds.includes(second),
  });
  return { incident: event.data.incident, alertIds: [first, second] };
}
