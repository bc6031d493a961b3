import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { thisHost } from '@soc/fleet';
import { ensurePrometheus, type PrometheusPrograms } from '@soc/fleet/testing/prometheus';
import { beforeAll, describe, expect, test } from 'vitest';
import { repositoryRoot } from '../../scripts/repository-root.ts';
import { seriesOfOurs, seriesRead } from './series.ts';
import { textOf } from './sources.ts';

const RULES = ['prometheus/rules/recording.yml', 'prometheus/rules/alerts.yml'] as const;
const TESTS = [
  'prometheus/tests/alerts.test.yml',
  'prometheus/tests/backups.test.yml',
  'prometheus/tests/slow-burn.test.yml',
  'prometheus/tests/surroundings.test.yml',
] as const;
const alertRules = textOf('prometheus/rules/alerts.yml');
const alerts = [...alertRules.matchAll(/- alert: (\w+)/g)].map(([, name = '']) => name);

describe.each(alerts)('alert %s', (alert) => {
  const rule = alertRules.split('- alert: ').find((text) => text.startsWith(`${alert}\n`)) ?? '';

  test('says how bad it is, what it is, and where its runbook lies', () => {
    expect(rule).toMatch(/severity: (critical|warning)/);
    expect(rule).toMatch(/summary: \S/);
    expect(rule).toMatch(/description: \S/);
    expect(rule).toContain(`runbook_url: docs/runbooks/${alert}.md`);
    expect(textOf('docs/runbooks/README.md')).toContain(`[${alert}](${alert}.md)`);
  });

  test('has a runbook with all its parts, whose documents exist', () => {
    const text = textOf(`docs/runbooks/${alert}.md`);
    expect(text).toMatch(/^# \w+\n\n\S[^#]+\n\n## Where to look\n\n\S[^#]+\n\n## What to do\n\n\S/);
    const named = [...text.matchAll(/`((?:docs|services|packages)\/[\w./-]+)`/g)].map(([, file = '']) => file);
    expect(named.filter((file) => !existsSync(path.join(repositoryRoot, file)))).toEqual([]);
  });

  test('is tested firing and not firing', () => {
    const tests = TESTS.map(textOf).join('\n');
    expect(tests).toContain(`- name: ${alert} fires\n`);
    expect(tests).toContain(`- name: ${alert} does not fire\n`);
  });
});

test('no runbook is of an alert that is gone', () => {
  const pages = readdirSync(path.join(repositoryRoot, 'docs/runbooks')).filter((file) => file !== 'README.md');
  expect(pages.map((file) => path.parse(file).name).toSorted()).toEqual(alerts.toSorted());
});

test('every series of ours that a rule reads is made by a service', () => {
  const read = seriesRead(RULES.map(textOf).join('\n'));
  expect(read.length).toBeGreaterThan(15);
  expect(read.filter((name) => !seriesOfOurs(name))).toEqual([]);
});

describe('as Prometheus itself reads it', () => {
  const run = promisify(execFile);
  let programs: PrometheusPrograms;
  beforeAll(async () => {
    programs = await ensurePrometheus(thisHost(), () => undefined);
  }, 300_000);
  const inRoot = { cwd: repositoryRoot };

  test('configuration and rules are valid', { timeout: 60_000 }, async () => {
    const { stdout } = await run(programs.promtool, ['check', 'config', 'prometheus/prometheus.yml'], inRoot);
    expect(stdout).toContain(`${alerts.length} rules found`);
  });

  test('every alert fires when it should, and not when it should not', { timeout: 180_000 }, async () => {
    const { stdout } = await run(programs.promtool, ['test', 'rules', ...TESTS], inRoot);
    expect(stdout).toContain('SUCCESS');
  });

  test('Alertmanager tells the SOC itself', { timeout: 60_000 }, async () => {
    const { stdout } = await run(programs.amtool, ['check-config', 'prometheus/alertmanager.yml'], inRoot);
    expect(stdout).toContain('SUCCESS');
    const { stdout: route } = await run(
      programs.amtool,
      ['config', 'routes', 'test', '--config.file=prometheus/alertmanager.yml', 'alertname=NoPrimary'],
      inRoot,
    );
    expect(route.trim()).toBe('soc');
  });
});
