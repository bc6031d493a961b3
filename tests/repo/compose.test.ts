import { portOf, ServiceName } from '@soc/contracts';
import { composeNameOf } from '@soc/fleet';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { readComposeFile } from './compose-file.ts';
import { textOf } from './sources.ts';

const compose = readComposeFile('docker-compose.microservices.yml');
const debug = readComposeFile('docker-compose.debug.yml');
const services = Object.entries(compose.services);
const root = JSON.parse(textOf('package.json')) as { version: string; devDependencies: Record<string, string> }; // ours

const NAMED =
  'postgres-master postgres-slave etcd redis elasticsearch influxdb minio soc-agent-frontend prometheus alertmanager grafana mailpit backup-agent postgres-exporter redis-exporter node-exporter elasticsearch-exporter'.split(
    ' ',
  );

/** They do one thing and end. */
const ONE_SHOTS = ['database-init', 'minio-init'];

test('what operators look for is there by its name', () => {
  expect(Object.keys(compose.services)).toEqual(
    expect.arrayContaining([...ServiceName.options.map(composeNameOf), ...NAMED]),
  );
});

describe.each([...services, ...Object.entries(debug.services)])('%s', (name, service) => {
  test('runs without rights, bounded, and comes back', () => {
    expect(service.user).toMatch(/^[1-9]\d*:\d+$/);
    expect(service).toMatchObject({ read_only: true, cap_drop: ['ALL'], security_opt: ['no-new-privileges:true'] });
    expect(service.restart).toBe(ONE_SHOTS.includes(name) ? 'on-failure' : 'unless-stopped');
    expect(service.cpus).toBeGreaterThan(0);
    expect(service.mem_limit).toMatch(/^\d+[mg]$/);
    expect(service.pids_limit).toBeGreaterThan(0);
  });

  test('is asked for its health, unless it does one thing and ends', () => {
    const { test: [kind] = [], disable } = service.healthcheck ?? {};
    expect(disable === true || /^CMD(-SHELL)?$/.test(kind ?? '')).toBe(true);
    expect(disable ?? false).toBe(ONE_SHOTS.includes(name));
  });

  test('is of an image of one version, ours of that of the repository', () => {
    const [, repository = '', tag = ''] = /^(.+):([^:/]+)$/.exec(service.image) ?? [];
    expect(tag).toMatch(/\d+\.\d+|\d{4}-\d\d-\d\d/);
    const isOurs = repository.startsWith('soc-agent/');
    expect(service.build !== undefined).toBe(isOurs);
    const dockerfile = path.join(repositoryRoot, service.build?.context ?? 'nowhere', 'Dockerfile');
    expect(existsSync(dockerfile)).toBe(isOurs);
    expect(tag === root.version).toBe(isOurs);
  });

  test('keeps nothing to itself that is not declared', () => {
    const sources = service.volumes.map((volume) => volume.split(':')[0] ?? '').filter((source) => source !== '/');
    const isThere = (source: string): boolean =>
      source.startsWith('./') ? existsSync(path.join(repositoryRoot, source)) : source in compose.volumes;
    expect(sources.filter((source) => !isThere(source))).toEqual([]);
    for (const network of service.networks) expect(Object.keys(compose.networks)).toContain(network);
    for (const secret of service.secrets) {
      expect(Object.keys(compose.secrets)).toContain(typeof secret === 'string' ? secret : secret.source);
    }
  });

  test('begins after what it waits for, in every profile that has it', () => {
    for (const [other, { condition }] of Object.entries(service.depends_on)) {
      const before = compose.services[other];
      expect(condition).toBe(ONE_SHOTS.includes(other) ? 'service_completed_successfully' : 'service_healthy');
      for (const profile of service.profiles.filter((each) => ['core', 'full', 'demo'].includes(each))) {
        expect(before?.profiles).toContain(profile);
      }
    }
  });
});

test('only the gateway, the page, monitoring and the mail catcher have a port on the host, on its loopback by default', () => {
  const published = services.flatMap(([name, { ports }]) => ports.map((port) => `${name} ${port}`));
  expect(published).toEqual([
    'api-gateway 127.0.0.1:8000:8000',
    'soc-agent-frontend 127.0.0.1:3000:3000',
    'prometheus 127.0.0.1:9090:9090',
    'grafana 127.0.0.1:3001:3000',
    'mailpit 127.0.0.1:8025:8025',
  ]);
  for (const [name, { networks, ports }] of services) {
    expect([name, networks.includes('edge')]).toEqual([name, ports.length > 0]);
  }
});

test('networks of data and services lead nowhere else', () => {
  const open = Object.entries(compose.networks).filter(([, { internal }]) => !internal);
  expect(open.map(([name]) => name)).toEqual(['edge', 'outbound']);
});

test('the debug overlay leads to every service by its own port, whatever it is scaled to', () => {
  const forward = debug.services['service-ports']?.environment['FORWARD'] ?? '';
  const wanted = ServiceName.options
    .filter((service) => service !== 'gateway')
    .map((service) => `${portOf(service)}=${composeNameOf(service)}:${portOf(service)}`);
  expect(forward.split(',').map((text) => text.trim())).toEqual(expect.arrayContaining(wanted));
  for (const service of ServiceName.options.filter((name) => name !== 'gateway')) {
    expect(compose.services[composeNameOf(service)]?.ports).toEqual([]);
  }
});

describe.each(['Dockerfile', 'infra/postgres/Dockerfile', 'infra/frontend/Dockerfile', 'infra/minio/Dockerfile'])(
  '%s',
  (file) => {
    test('builds on an image of one version, and ends as nobody of power', () => {
      const text = textOf(file);
      const bases = [...text.matchAll(/^ARG \w+_IMAGE=(.+)$/gm)].map(([, image = '']) => image);
      expect(bases.length).toBeGreaterThan(0);
      for (const base of bases) expect(base).toMatch(/:[^:]*\d+\.\d+|:RELEASE\.\d{4}/);
      const stages = [...text.matchAll(/^FROM \S+ AS (\w[\w-]*)$/gm)].map(([, stage = '']) => stage);
      for (const [, image = ''] of text.matchAll(/^FROM (\S+)/gm)) {
        expect(stages.includes(image) || /^\$\{\w+_IMAGE\}$/.test(image)).toBe(true);
      }
      expect([...text.matchAll(/^USER (\S+)$/gm)].at(-1)?.[1]).toMatch(/^(node|postgres|1000:1000)$/);
      const nodes = bases.filter((image) => image.startsWith('node:'));
      expect(nodes.filter((image) => !image.startsWith(`node:${root.devDependencies['node']}-`))).toEqual([]);
    });
  },
);

test('what makes backups is of the release that PostgreSQL is of', () => {
  const [postgres, agent] = ['infra/postgres/Dockerfile', 'Dockerfile'].map(
    (file) => /^ARG DEBIAN_IMAGE=(.+)$/m.exec(textOf(file))?.[1],
  );
  expect(postgres).toBeDefined();
  expect(agent).toBe(postgres);
});
