import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { thisHost } from '@soc/fleet';
import { makeTemporaryDirectory } from '@soc/fleet/testing';
import { ensurePrometheus } from '@soc/fleet/testing/prometheus';
import { describe, expect, test } from 'vitest';
import type { Dashboard } from '../../scripts/dashboards/dashboard.ts';
import { dashboards } from '../../scripts/dashboards/index.ts';
import { seriesOfOurs, seriesRead } from './series.ts';

const panelsOf = ({ rows }: Dashboard) => rows.flatMap(({ panels }) => panels);
const queriesOf = (dashboard: Dashboard): readonly string[] =>
  panelsOf(dashboard).flatMap(({ queries }) => queries.map(([expr]) => expr));

describe.each(dashboards)('dashboard $uid', (dashboard) => {
  test.each(panelsOf(dashboard))(
    '$title says what it shows, and leads to a dashboard that takes what it leads with',
    (panel) => {
      expect(panel.description.length).toBeGreaterThan(20);
      expect(panel.queries.length).toBeGreaterThan(0);
      const target = dashboards.find(({ uid }) => uid === panel.leadsTo?.dashboard);
      expect(target?.variables.some(({ name }) => name === panel.leadsTo?.variable)).toBe(panel.leadsTo && true);
    },
  );

  test('every series of ours that it reads is made by a service', () => {
    const read = seriesRead([...queriesOf(dashboard), ...dashboard.variables.map(({ query }) => query)].join('\n'));
    expect(queriesOf(dashboard).length).toBeGreaterThan(0);
    expect(read.filter((name) => !seriesOfOurs(name))).toEqual([]);
  });

  test('every variable is used by a query', () => {
    const used = queriesOf(dashboard).join('\n');
    expect(dashboard.variables.filter(({ name }) => !used.includes(`$${name}`))).toEqual([]);
  });
});

test('Prometheus can read every query', { timeout: 360_000 }, async () => {
  const { promtool } = await ensurePrometheus(thisHost(), () => undefined);
  const directory = await makeTemporaryDirectory('dashboards');
  try {
    // The rule checker is the reader of expressions that Prometheus comes with; variables are put in as Grafana would.
    const rules = dashboards.flatMap(queriesOf).map((query, index) => ({
      record: `query:${index}`,
      expr: query.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*'),
    }));
    const file = path.join(directory.path, 'queries.json');
    await writeFile(file, JSON.stringify({ groups: [{ name: 'queries', rules }] }));
    const { stdout } = await promisify(execFile)(promtool, ['check', 'rules', file]);
    expect(stdout).toContain(`${rules.length} rules found`);
  } finally {
    await directory[Symbol.asyncDispose]();
  }
});
