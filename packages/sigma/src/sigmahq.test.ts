import { createReadStream } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './events/event-fields.ts';
import { readEvents } from './events/lines/read-events.ts';
import { viewEvent } from './events/view-event.ts';
import { loadSigmaHq, sharedData, type SigmaHq } from './sigmahq.fixture.ts';

const shared = sharedData(
  process.env['SOC_SHARED_DATA'] ?? new URL('../../../../shared/data', import.meta.url).pathname,
);

let loaded: SigmaHq | undefined;
const sigmaHq = (): SigmaHq => (loaded ??= loadSigmaHq(shared));

const matchesOf = (event: JsonObject): readonly string[] =>
  sigmaHq()
    .engine.match(viewEvent(event))
    .map(({ rule }) => rule.id);

interface RegressionCase {
  readonly rule_id: string;
  readonly title: string;
  readonly match_count_min: number;
  readonly events: readonly JsonObject[];
}

interface Expected {
  readonly rule_id: string;
  readonly file: string;
  readonly events: readonly number[];
}

interface CloudRecord {
  readonly test: string;
  readonly should_alert: boolean;
  readonly log: JsonObject;
}

const levelOf = (id: string): string => sigmaHq().byId.get(id)?.level ?? '';
const titleOf = (id: string): string => sigmaHq().byId.get(id)?.title ?? id;
const isLoud = (id: string): boolean => ['high', 'critical'].includes(levelOf(id));

/** "title | file" of matches → how many events. */
function count(pairs: readonly (readonly [rule: string, file: string])[]): Record<string, number> {
  const grouped = Map.groupBy(pairs, ([rule, file]) => `${titleOf(rule)} | ${file.split('/').at(-1)?.slice(0, 40)}`);
  return Object.fromEntries([...grouped].map(([key, some]) => [key, some.length]));
}

const windows = '03-windows-events';
const expectations = (): readonly Expected[] => shared.lines<Expected>(`${windows}/expected-matches.ndjson`);
const windowsFiles = (): readonly string[] => shared.files(windows, '{otrf,evtx-to-mitre}/**/*.ndjson');

/** Rule and event as one text. */
const pairsOf = (files: readonly string[]): readonly (readonly [rule: string, file: string, event: number])[] =>
  files.flatMap((file) =>
    shared
      .lines<JsonObject>(`${windows}/${file}`)
      .flatMap((event, number) => matchesOf(event).map((rule) => [rule, file, number] as const)),
  );

describe.skipIf(!shared.isThere)('the rules of SigmaHQ (SOC_SHARED_DATA, 01-sigma-rules)', { timeout: 120_000 }, () => {
  it('load, but for those that need the values of a placeholder', () => {
    const { files, set, engine } = sigmaHq();
    expect(files).toBe(3563);
    expect(engine.rules + set.refusals.length).toBe(3563);
    expect(engine.refusals).toEqual([]);
    expect(set.refusals).toHaveLength(23);
    expect(set.refusals.filter(({ reason }) => !/^the placeholder %[\w-]+% has no values here$/.test(reason))).toEqual(
      [],
    );
    expect(set.refusals.filter(({ file }) => !file.includes('/rules-placeholder/'))).toEqual([]);
  });

  it('match each of their 62 regression cases (02-sigma-regression)', () => {
    const cases = shared.lines<RegressionCase>('02-sigma-regression/cases.ndjson');
    expect(cases).toHaveLength(62);
    const missed = cases.filter(
      ({ rule_id, events, match_count_min }) =>
        events.filter((event) => matchesOf(event).includes(rule_id)).length < match_count_min,
    );
    expect(missed.map(({ title }) => title)).toEqual([]);
  });

  it('match what the reference matches over real Windows events, and more only where it is known to be blind', () => {
    const { byId } = sigmaHq();
    const expected = new Set(
      expectations()
        .filter(({ rule_id }) => byId.has(rule_id))
        .flatMap(({ rule_id, file, events }) => events.map((event) => `${rule_id} ${file} ${event}`)),
    );
    expect(expected.size).toBe(324);
    const pairs = pairsOf(windowsFiles());
    const found = new Set(pairs.map((pair) => pair.join(' ')));
    expect([...expected].filter((pair) => !found.has(pair))).toEqual([]);
    // Each of these is explained in docs/sigma-differences.md.
    expect(count(pairs.filter((pair) => !expected.has(pair.join(' '))).map(([rule, file]) => [rule, file]))).toEqual({
      // Keyword rules, which the reference leaves out.
      'MSExchange Transport Agent Installation - Builtin | ID6-Failed_to_install_an_Exchange_transp': 2,
      'Mimikatz Use | ID316_300_301_316_823_848-Mimispool_prin': 9,
      'Mimikatz Use | ID4103-4104-CrackMapExec_payload_executi': 1,
      'Mimikatz Use | ID4688_6416_4648-SystemNightMare.ndjson': 5,
      'Mimikatz Use | ID770-Success_DLL_loaded_by_DNS_server.n': 1,
      // Rules that ask for IntegrityLevel, which 4688 calls MandatoryLabel.
      'Suspicious High IntegrityLevel Conhost Legacy Option | defense_evasion__cmd_process_herpaderpin': 1,
      'Suspicious Spool Service Child Process | ID4688_6416_4648-SystemNightMare.ndjson': 1,
    });
  });
});

describe.skipIf(!shared.isThere)('quiet events (SOC_SHARED_DATA)', { timeout: 120_000 }, () => {
  it('raise nothing high in Windows files in which the reference finds nothing, but for Mimikatz by its keywords', () => {
    const loud = new Set(expectations().map(({ file }) => file));
    const quiet = windowsFiles().filter((file) => !loud.has(file));
    expect(quiet).toHaveLength(39);
    const matches = pairsOf(quiet).filter(([rule]) => isLoud(rule));
    expect(count(matches.map(([rule, file]) => [rule, file]))).toEqual({
      'Mimikatz Use | ID316_300_301_316_823_848-Mimispool_prin': 9,
    });
  });

  it('raise nothing high in logs of Zeek and Suricata', async () => {
    const files = shared.files('05-network', '**/*.{log,ndjson}');
    const found: string[] = [];
    let events = 0;
    for (const file of files) {
      const pieces = createReadStream(shared.path(`05-network/${file}`), 'utf8');
      for await (const some of readEvents(pieces, { nowMs: 0 })) {
        for (const read of some) {
          if ('reason' in read) throw new Error(`${file}:${read.line}: ${read.reason}`);
          events += 1;
          found.push(...matchesOf(read.event).filter(isLoud));
        }
      }
    }
    expect(events).toBeGreaterThan(400);
    expect(found).toEqual([]);
  });

  it('raise nothing high among the cloud records that Panther has as harmless, but for what SigmaHQ judges otherwise', () => {
    const records = shared
      .files('06-cloud-saas-logs', '*.ndjson')
      .filter((file) => !file.startsWith('otrf-'))
      .flatMap((file) => shared.lines<CloudRecord>(`06-cloud-saas-logs/${file}`));
    const harmless = records.filter(({ should_alert }) => !should_alert);
    expect(harmless.length).toBeGreaterThan(200);
    const matches = harmless.flatMap(({ log, test }) =>
      matchesOf(log)
        .filter(isLoud)
        .map((rule) => [rule, test] as const),
    );
    // Each of these is explained in docs/sigma-differences.md.
    expect(count(matches)).toEqual({
      'AWS Config Disabling Channel/Recorder | Config Recorder Deleted': 1,
      'AWS User Login Profile Was Modified | ChangeOwnPassword': 1,
      'AWS User Login Profile Was Modified | User changed password for other reset re': 1,
      'Potential Malicious Usage of CloudTrail System Manager | Single Command Send, No Cached IDs': 1,
      'Potential Okta Password in AlternateID Field | Different ASN & same device': 1,
      'Potential Okta Password in AlternateID Field | Okta internal event should be ignored': 1,
      'Potential Okta Password in AlternateID Field | Same device and OS': 1,
    });
  });
});
