import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { writeOwned } from '../account/owned-file.ts';
import { prepareServerDirectory, type ServerDirectory } from '../account/server-directory.ts';
import { tellStep } from '../fleet-event.ts';
import type { FleetPlan } from '../fleet-plan.ts';
import { urlOf } from '../postgres/connection.ts';
import { ensureMonitor } from '../postgres/monitor-repository.ts';
import type { RunningProcesses } from '../running-processes.ts';
import { supervise } from '../supervisor/supervise.ts';
import { together } from '../together.ts';
import { ALERT_KEY_FILE, keepAlertKey } from './alert-key.ts';
import {
  alertmanagerConfigFor,
  jobsOf,
  prometheusConfigFor,
  type ScrapeTarget,
  targetsFileOf,
  targetsJson,
} from './monitoring-config.ts';
import { MONITOR, type MonitoringPlan } from './monitoring-plan.ts';
import type { MonitoringPrograms } from './monitoring-programs.ts';
import { monitoringSpec } from './monitoring-server.ts';
import { monitoringServers, scrapeTargets, type Watched } from './monitoring-servers.ts';

/** What deployments use as well. */
const CONFIGURATION = fileURLToPath(new URL('../../../../prometheus/', import.meta.url));

/** Prometheus and Alertmanager of a fleet. */
export interface Monitoring {
  readonly prometheusUrl: string;
  readonly alertmanagerUrl: string;
}

/** Starts Prometheus, Alertmanager and the exporters over a fleet that runs. */
export const bringUpMonitoring = (
  plan: FleetPlan,
  { scrapeIntervalS, password, programs }: MonitoringPlan & { readonly programs: MonitoringPrograms },
  adminUrl: string,
  running: RunningProcesses,
): Promise<Monitoring> =>
  tellStep('Monitoring', plan.onEvent, async () => {
    const { layout, host, dataDirectory, onEvent } = plan;
    const gatewayUrl = layout.instances.find(({ service }) => service === 'gateway')?.url ?? '';
    const place = await prepareServerDirectory(join(dataDirectory, 'monitoring'), host.uid === 0);
    await ensureMonitor(adminUrl, MONITOR, password);
    const watched: Watched = {
      layout,
      password,
      postgresUrls: await postgresUrlsFor(plan, password, place),
      // Another Redis is watched by who runs it: nobody here knows what it is.
      redisUrl: plan.redisUrl === undefined ? `redis://127.0.0.1:${layout.redisPort}` : undefined,
      isBackedUp: plan.backup?.isOn === true,
    };
    await writeConfiguration(place, scrapeTargets(watched), { gatewayUrl, scrapeIntervalS });
    await writeKey(plan, gatewayUrl, place);
    const servers = monitoringServers(programs, place.directory, watched);
    await together(
      servers.map(async (server) => {
        const process = supervise(monitoringSpec(server, { ...place, log: plan.openLog(server.name) }), onEvent);
        await running.add('monitoring', process);
        await process.start();
      }),
    );
    const urlAt = (port: number): string => `http://127.0.0.1:${port}`;
    return {
      prometheusUrl: urlAt(layout.monitoring.prometheus),
      alertmanagerUrl: urlAt(layout.monitoring.alertmanager),
    };
  });

/** By TLS; the authority of the fleet lies where the exporters' user cannot go. */
async function postgresUrlsFor(
  { layout, hasReplica, secrets }: FleetPlan,
  password: string,
  { directory, account }: ServerDirectory,
): Promise<readonly string[]> {
  const copy = join(directory, 'authority.pem');
  await writeOwned(copy, await readFile(secrets.authorityFile, 'utf8'), account);
  const ports = [layout.postgresPort, ...(hasReplica ? [layout.replicaPort] : [])];
  return ports.map((port) => {
    const url = new URL(urlOf({ port, user: MONITOR, password, database: 'postgres', authorityFile: copy }));
    // A file that is not there: the exporter would look for one in a home that its user does not have, and fail.
    url.searchParams.set('sslcert', join(directory, 'no-certificate'));
    return url.href;
  });
}

async function writeConfiguration(
  { directory, account }: ServerDirectory,
  targets: Readonly<Record<string, readonly ScrapeTarget[]>>,
  { gatewayUrl, scrapeIntervalS }: { readonly gatewayUrl: string; readonly scrapeIntervalS: number | undefined },
): Promise<void> {
  const ofDeployment = (file: string): Promise<string> => readFile(join(CONFIGURATION, file), 'utf8');
  const write = (file: string, text: string): Promise<void> => writeOwned(join(directory, file), text, account);
  for (const folder of ['rules', 'targets']) await mkdir(join(directory, folder), { recursive: true, mode: 0o755 });
  for (const file of await readdir(join(CONFIGURATION, 'rules'))) {
    await write(join('rules', file), await ofDeployment(join('rules', file)));
  }
  const prometheus = await ofDeployment('prometheus.yml');
  for (const job of [...jobsOf(prometheus), 'alertmanager']) {
    await write(targetsFileOf(job), targetsJson(targets[job] ?? []));
  }
  await write('prometheus.yml', prometheusConfigFor(prometheus, scrapeIntervalS));
  const keyFile = join(directory, ALERT_KEY_FILE);
  await write('alertmanager.yml', alertmanagerConfigFor(await ofDeployment('alertmanager.yml'), gatewayUrl, keyFile));
}

async function writeKey(
  { dataDirectory, secrets, onEvent }: FleetPlan,
  gatewayUrl: string,
  { directory, account }: ServerDirectory,
): Promise<void> {
  const secretsDirectory = join(dataDirectory, 'secrets');
  const outcome = await keepAlertKey(secretsDirectory, gatewayUrl, secrets.admin);
  if ('why' in outcome) {
    const where = join(secretsDirectory, ALERT_KEY_FILE);
    const text = `Alertmanager cannot tell the SOC: no API key could be made (${outcome.why}); put one with alerts:ingest into ${where} and start again.`;
    onEvent({ kind: 'note', text });
  }
  await writeOwned(join(directory, ALERT_KEY_FILE), outcome.key, account);
}
