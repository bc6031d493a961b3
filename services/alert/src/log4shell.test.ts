import { readFileSync } from 'node:fs';
import type { Alert } from '@soc/contracts';
import { IngestEvents } from '@soc/contracts/alert/events-ingest';
import { GetIncident, ListIncidentAlerts, ListIncidents } from '@soc/contracts/alert/incidents';
import { ListAlerts } from '@soc/contracts/alert/queries';
import { sharedData, startTestService, waitFor } from '@soc/fleet/testing';
import { createEngine, type DetectionRule, readRuleFiles, readRules, viewEvent } from '@soc/sigma';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { alertService } from './app.ts';
import { analyse } from './arrange.fixture.ts';
import { correlate } from './domain/correlation/correlate.ts';
import { type CorrelatedAlert, toCorrelated } from './domain/correlation/correlated-alert.ts';
import type { KnownIncident } from './domain/correlation/story.ts';
import { type Arrival, claimedName, firstArrivals, planIngest } from './domain/deduplicate.ts';
import { alertOfMatch } from './domain/detection/alert-of-match.ts';
import { fingerprintOf } from './domain/fingerprint.ts';
import type { NormalisedAlert } from './domain/normalise/normalised-alert.ts';
import { importRules } from './rules.fixture.ts';

const scenario = sharedData('12-scenario-log4shell');
const rules = sharedData('01-sigma-rules');
const AT = '2026-03-01T08:00:00.000Z';

const linesOf = (file: string): readonly string[] =>
  readFileSync(`${scenario}/${file}.ndjson`, 'utf8')
    .split('\n')
    .filter((line) => line.trim() !== '');

interface Detected {
  readonly alerts: readonly NormalisedAlert[];
  /** The rules that matched, as they are written. */
  readonly ruleTexts: readonly string[];
}

/** SigmaHQ's rules for processes, PowerShell and the security log of Windows: all that the scenario has log sources for. */
async function detect(): Promise<Detected> {
  const read = readRuleFiles('rules.tar.gz', readFileSync(`${rules}/sigma-rules.tar.gz`));
  const files: { file: string; text: string }[] = [];
  for (const one of read.files) {
    const isOfWindows = one.text.includes('product: windows');
    const isAtHand = /category: (?:process_creation|ps_)|service: (?:security|powershell)/.test(one.text);
    if (isOfWindows && isAtHand) {
      files.push(one);
    }
  }
  const { rules: all } = readRules(files);
  const engine = createEngine(all.filter((rule): rule is DetectionRule => rule.kind === 'detection'));
  const matches = ['securityauditing', 'sysmon'].flatMap(linesOf).flatMap((line) => {
    const event = JSON.parse(line) as Parameters<typeof viewEvent>[0]; // an exported event is an object
    const view = viewEvent(event);
    return engine.match(view).map(({ rule }) => ({ rule, event, timeMs: view.timeMs }));
  });
  const alerts = matches.flatMap(({ rule, event, timeMs }): readonly NormalisedAlert[] => {
    const { id: ruleId, title, level, tags } = rule;
    const facts = { ruleId, title, level, tags, description: null, evidence: [], timeMs };
    const alert = alertOfMatch(facts, event, new Date(AT));
    return alert ? [alert] : [];
  });
  return { alerts, ruleTexts: [...new Set(matches.map(({ rule }) => rule.text))] };
}

const idOf = (number: number): string => `00000000-0000-7000-8000-${String(number).padStart(12, '0')}`;

/** What arrives becomes alerts one after another, as ingestion has it: the first of a fingerprint is the alert. */
function alertsOf(arriving: readonly NormalisedAlert[]): readonly Alert[] {
  const arrivals = arriving.map((alert, index): Arrival => {
    const fingerprint = fingerprintOf('default', alert);
    return { id: idOf(index + 1), tenantId: 'default', fingerprint, suppressedBy: null, alert, windowS: 3_600 };
  });
  const claims = firstArrivals(arrivals).map((one) => {
    return { tenantId: 'default', name: claimedName(one), alertId: one.id, hasHappened: true, nearDistance: null };
  });
  return planIngest(arrivals, claims, AT).created;
}

/** Decides about alerts one by one, as they come, over what was decided before. */
function incidentsOf(alerts: readonly Alert[]): readonly KnownIncident[] {
  const settings = { windowMs: 3_600_000, maxSpanMs: 86_400_000, hubAssets: 20 };
  const incidents = new Map<string, KnownIncident>();
  let loose: readonly CorrelatedAlert[] = [];
  let opened = 0;
  for (const alert of alerts) {
    const newId = (): string => idOf((opened += 1));
    const one = toCorrelated(alert);
    const outcome = correlate({ alerts: [one], loose, incidents: [...incidents.values()], settings, newId, at: AT });
    for (const { incident, assetCount, carriers } of outcome.stories) {
      const untouched = { isTitleFixed: false, isSeverityFixed: false, isKeptApart: false };
      incidents.set(incident.id, { incident, assetCount, carriers: new Map(carriers), ...untouched });
    }
    for (const { incident } of outcome.absorbed) incidents.delete(incident.id);
    const placed = new Set(outcome.stories.flatMap(({ members }) => members.map(({ alertId }) => alertId)));
    loose = [...loose, one].filter((other) => !placed.has(other.alert.id));
  }
  return [...incidents.values()];
}

test.skipIf(scenario === undefined || rules === undefined)(
  'Log4Shell, seen by Sigma rules in two log sources, is one incident whatever the order of arrival, with its techniques',
  { timeout: 180_000 },
  async () => {
    const { alerts, ruleTexts } = await detect();
    const summaryOf = (arriving: readonly NormalisedAlert[]) => {
      const created = alertsOf(arriving);
      return incidentsOf(created).map(({ incident }) => ({
        alertCount: incident.alertCount,
        severity: incident.severity,
        techniques: incident.techniques.toSorted(),
        tactics: incident.tactics.toSorted(),
        // An alert is what its first occurrence tells: Sysmon's has hashes, that of the security log has none.
        hosts: incident.entities.filter(({ type }) => type === 'host').map(({ value }) => value),
        fingerprints: created.map(({ fingerprint }) => fingerprint).toSorted(),
        loose: created.length - incident.alertCount,
      }));
    };
    const [incident, ...others] = summaryOf(alerts);
    expect(others).toEqual([]);
    expect(incident).toMatchObject({ severity: 'high', loose: 0 });
    expect(incident?.techniques).toEqual(expect.arrayContaining(['T1059.001', 'T1140']));

    const shuffled = fc.shuffledSubarray([...alerts], { minLength: alerts.length, maxLength: alerts.length });
    for (const order of fc.sample(shuffled, { numRuns: 100, seed: 44_228 })) {
      expect(summaryOf(order)).toEqual([incident]);
    }

    await overHttp(ruleTexts, ['sysmon', 'securityauditing'], incident?.techniques ?? []);
    await overHttp(ruleTexts, ['securityauditing', 'sysmon'], incident?.techniques ?? []);
  },
);

/** The same by the API and PostgreSQL, the log sources one after the other. */
async function overHttp(ruleTexts: readonly string[], files: readonly string[], techniques: readonly string[]) {
  const service = await startTestService(alertService);
  try {
    await importRules(service, ruleTexts.join('\n---\n'));
    for (const file of files) {
      const { status, body } = await service.call(IngestEvents, { body: linesOf(file).join('\n') });
      expect([status, body.rejected, body.matched > 0]).toEqual([200, [], true]);
    }
    const listed = await service.call(ListAlerts, { query: { source: 'sigma', limit: 200 } });
    await analyse(service, ...listed.body.items.map(({ id }) => id));
    const [found, ...others] = await waitFor(async () => {
      const { items } = (await service.call(ListIncidents)).body;
      return items.length > 0 ? items : undefined;
    });
    expect(others).toEqual([]);
    const params = { id: found?.id ?? '' };
    const { body } = await service.call(GetIncident, { params });
    expect(body).toMatchObject({ alertCount: listed.body.items.length, severity: 'high' });
    expect(body.techniques.toSorted()).toEqual(techniques);
    expect(body.progression.length).toBeGreaterThan(0);
    const members = (await service.call(ListIncidentAlerts, { params, query: { limit: 200 } })).body.items;
    const times = members.map(({ occurredAt }) => occurredAt);
    expect(times).toEqual(times.toSorted());
  } finally {
    await service.close();
  }
}
