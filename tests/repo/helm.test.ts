import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parseEnv } from 'node:util';
import { portOf, ServiceName } from '@soc/contracts';
import { composeNameOf, initCompose, initKubernetes, Switches } from '@soc/fleet';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { parseConfig } from '@soc/service-kit';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { KEPT, renderedOf, stampOf } from '../../scripts/helm/chart.ts';
import { readComposeFile } from './compose-file.ts';
import { environmentOf, filesOf, readObjects } from './kubernetes-objects.ts';
import { seriesOfOurs } from './series.ts';
import { definitionOf } from './service-definitions.ts';
import { textOf } from './sources.ts';

const compose = readComposeFile('docker-compose.microservices.yml');
const likeCompose = readObjects(renderedOf('compose'));
const everything = readObjects(renderedOf('everything'));
const MIB: Readonly<Record<string, string>> = { g: 'Gi', m: 'Mi' };

let directory: Awaited<ReturnType<typeof makeTemporaryDirectory>>;
let told: Awaited<ReturnType<typeof initCompose>>['environmentOf'];
let mounted: string;
beforeAll(async () => {
  directory = await makeTemporaryDirectory('helm');
  const switches = Switches.parse({});
  const at = { directory: directory.path, admin: {} };
  ({ environmentOf: told } = await initCompose({ ...at, profile: 'core', switches }));
  const servers = { postgres: ['pg-1:5432', 'pg-2:5432', 'pg-3:5432'] as const, redis: 'redis.example.com:6379' };
  ({ mounted } = await initKubernetes({ ...at, servers: { ...servers, postgres: [...servers.postgres] } }));
});
afterAll(() => directory[Symbol.asyncDispose]());

test.each(KEPT)('what is kept of the case %s was rendered from the chart as it is', (name) => {
  const [stamp] = textOf(renderedOf(name)).split('\n');
  expect(`${stamp}\n`, 'run npm run test:helm -- --write').toBe(stampOf(name));
});

describe.each(ServiceName.options)('%s', (service) => {
  const name = composeNameOf(service);
  const deployment = likeCompose.deployments.get(name);

  test('is told by the chart what the compose file tells it, with whole names where the gateway looks replicas up', () => {
    // What the chart says of the store of evidence is what it is by default.
    const { SHUTDOWN_GRACE_MS, SHUTDOWN_TIMEOUT_MS, EVIDENCE_STORE, ...environment } = environmentOf(deployment);
    expect(EVIDENCE_STORE).toBe(service === 'storage' ? 'file_system' : undefined);
    const short = Object.entries(environment).map(([key, value]) => [key, value.replace('.soc.svc.cluster.local', '')]);
    expect(Object.fromEntries(short)).toEqual({ LOG_LEVEL: 'info', ...told(service).open });
    const graceS = (Number(SHUTDOWN_GRACE_MS) + 1000) / 1000;
    expect(graceS).toBeLessThan(Number(SHUTDOWN_TIMEOUT_MS) / 1000);
    expect(deployment?.spec.template.spec.terminationGracePeriodSeconds).toBeGreaterThan(
      Number(SHUTDOWN_TIMEOUT_MS) / 1000,
    );
  });

  test.each([likeCompose, everything])('is given the files that it is told of, and no other', ({ deployments }) => {
    const its = deployments.get(name);
    const named = Object.values(environmentOf(its)).flatMap((value) => /^\/run\/secrets\/(.+)$/.exec(value)?.[1] ?? []);
    expect(named.length).toBeGreaterThan(2);
    expect(filesOf(its).toSorted()).toEqual([...new Set(named)].toSorted());
  });

  test('has all that its configuration asks for, with the files that soc init writes', async () => {
    const secret = parseEnv(readFileSync(path.join(mounted, `${service}.env`), 'utf8'));
    const env = Object.fromEntries(
      Object.entries({ ...secret, ...environmentOf(everything.deployments.get(name)) }).map(([key, value]) => [
        key,
        // Of the authorities of others there is no file here.
        value
          ?.replace(/\/run\/secrets\/\w+-authority\.pem/, `${mounted}/authority.pem`)
          .replace('/run/secrets', mounted),
      ]),
    );
    const { config } = await definitionOf(service);
    expect(() => parseConfig(config, env)).not.toThrow();
    const replicas = secret['DATABASE_REPLICA_URLS']?.split(',').length;
    expect(replicas).toBe(service === 'gateway' ? undefined : 2);
  });

  test('is as bounded as under compose, on its own port', () => {
    const limits = deployment?.spec.template.spec.containers[0].resources.limits;
    const { cpus, mem_limit = '' } = compose.services[name] ?? {};
    const [, size = '', unit = ''] = /^(\d+)([mg])$/.exec(mem_limit) ?? [];
    expect(limits).toEqual({ cpu: cpus, memory: `${size}${MIB[unit]}` });
    expect(environmentOf(deployment)['PORT']).toBe(String(portOf(service)));
  });
});

describe.each([...everything.deployments])('%s', (name, { spec }) => {
  const pod = spec.template.spec;
  const [container] = pod.containers;

  test('has no rights', () => {
    expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
    expect(pod.securityContext).toMatchObject({
      runAsNonRoot: true,
      runAsUser: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(container.securityContext).toEqual({
      allowPrivilegeEscalation: false,
      privileged: false,
      readOnlyRootFilesystem: true,
      runAsNonRoot: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(container.env.filter(({ value }) => /password|secret=/i.test(value))).toEqual([]);
  });

  test('is restarted when it does not answer, and asked by others only when it can work', () => {
    const isService = name !== 'soc-agent-frontend';
    expect(container.readinessProbe).toMatchObject({ httpGet: { path: isService ? '/health' : '/' } });
    expect(container.livenessProbe).toMatchObject(
      isService ? { httpGet: { path: '/health/live' } } : { tcpSocket: {} },
    );
  });

  test('is in the networks that the compose file has it in, and in no other', () => {
    const labels = Object.keys(spec.template.metadata.labels);
    const networks = labels.flatMap((label) => /^soc-agent\/network-(.+)$/.exec(label)?.[1] ?? []);
    // Compose has one network for PostgreSQL, Redis and the stores.
    const asCompose = networks.map((each) => (['postgres', 'redis', 'stores'].includes(each) ? 'data' : each));
    expect([...new Set(asCompose)].toSorted()).toEqual(compose.services[name]?.networks.toSorted());
    // Of it the chart opens less.
    expect(networks.includes('postgres')).toBe(/^(?!api-gateway|soc-agent-frontend)/.test(name));
    expect(networks.includes('stores')).toBe(name === 'storage-service');
  });
});

test('nobody of the release hears or says anything that no network allows', () => {
  const [all, ...others] = everything.policies;
  expect(all?.spec).toMatchObject({
    podSelector: { matchLabels: { 'app.kubernetes.io/name': 'soc-agent' } },
    policyTypes: ['Ingress', 'Egress'],
    egress: [{ ports: [{ port: 53 }, { port: 53 }] }],
  });
  expect(all?.spec.ingress).toBe(undefined);
  // Whoever else is let in or out is chosen by a network, or is the gateway with its tools.
  const chosen = others.map(({ spec }) => Object.keys(spec.podSelector.matchLabels).toSorted().at(-1));
  expect(chosen.filter((label) => !label?.startsWith('soc-agent/network-'))).toEqual(['app.kubernetes.io/name']);
  const [fleet] = others;
  const peers = [fleet?.spec.ingress?.[0]?.from, fleet?.spec.egress?.[0]?.to];
  const members = { podSelector: { matchLabels: fleet?.spec.podSelector.matchLabels } };
  expect(peers).toEqual([[members], [members]]);
  const ports = new Set(fleet?.spec.ingress?.[0]?.ports.map(({ port }) => port));
  expect(ports).toEqual(new Set(ServiceName.options.map((service) => portOf(service))));
});

test('every service and the gateway reach the collector that they are told of, and nobody is let out to one that is not named', () => {
  const collectorOf = ({ policies }: typeof everything) =>
    policies.find(({ metadata }) => metadata.name === 'soc-collector')?.spec;
  expect(collectorOf(everything)).toMatchObject({
    podSelector: { matchLabels: { 'soc-agent/network-fleet': 'true' } },
    policyTypes: ['Egress'],
    egress: [{ ports: [{ port: 4318 }], to: [{ namespaceSelector: {} }] }],
  });
  expect(collectorOf(likeCompose)).toBe(undefined);
});

test('storage trusts the search server and InfluxDB by the authorities that are named for them', () => {
  const storage = everything.deployments.get('storage-service');
  expect(environmentOf(storage)).toMatchObject({
    SEARCH_SERVER_CA_FILE: '/run/secrets/search-authority.pem',
    INFLUXDB_CA_FILE: '/run/secrets/influxdb-authority.pem',
  });
  const sources = storage?.spec.template.spec.volumes.flatMap(({ projected }) => projected?.sources ?? []);
  expect(sources?.map(({ secret }) => secret)).toEqual(
    expect.arrayContaining([
      { name: 'soc-search-ca', items: [{ key: 'ca.crt', path: 'search-authority.pem' }] },
      { name: 'soc-influxdb-tls', items: [{ key: 'ca.pem', path: 'influxdb-authority.pem' }] },
    ]),
  );
});

test('auth runs once, and is stopped before the next begins, unless its checkpoints can be mounted by several nodes', () => {
  expect(likeCompose.deployments.get('auth-service')?.spec.strategy.type).toBe('RollingUpdate');
  const values = textOf('infra/helm/soc-agent/values.yaml');
  expect(values).toMatch(/auditCheckpoints:\n {2}claim: .*accessMode: ReadWriteOnce/);
  expect(textOf('infra/helm/soc-agent/templates/deployment.yaml')).toContain('type: Recreate');
});

test('services scale by a series that they make', () => {
  const [metric] = everything
    .ofKind('HorizontalPodAutoscaler')
    .flatMap(({ spec }) => /"name":"(soc_\w+)"/.exec(JSON.stringify(spec))?.[1] ?? []);
  expect(seriesOfOurs(metric ?? '')).toBe(true);
  expect(textOf('infra/helm/examples/prometheus-adapter.yaml')).toContain(`as: ${metric}`);
  expect(textOf('infra/helm/soc-agent/templates/autoscaling.yaml')).toContain(`(${metric}{group="{{ $id }}"})`);
});
