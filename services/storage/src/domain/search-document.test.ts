import { expect, test } from 'vitest';
import { exampleAlert, exampleIncident } from '@soc/fleet/testing';
import { alertDocument, concernsSearch, incidentDocument, newestVersions } from './search-document.ts';

test('an alert is found by its id, the ids of its source, its techniques and its observables', () => {
  const { identifiers } = alertDocument(
    exampleAlert({
      externalId: 'ext-7',
      ruleId: '2027865',
      techniques: ['T1059.001'],
      observables: [{ type: 'domain', value: 'c2.evil.example' }],
    }),
  );
  expect(identifiers).toEqual(
    expect.arrayContaining([
      exampleAlert().id,
      'ext-7',
      '2027865',
      'T1059.001',
      'T1059',
      'c2.evil.example',
      'evil.example',
    ]),
  );
});

test('of a long description only the beginning is indexed', () => {
  const { texts } = alertDocument(exampleAlert({ description: `${'a'.repeat(999)} b c` }));
  expect(texts.at(-1)).toBe(`${'a'.repeat(999)} `);
});

test('an alert with thousands of observables makes a document of bounded size', () => {
  const observables = Array.from({ length: 5_000 }, (_, index) => ({ type: 'ip' as const, value: `10.0.${index}` }));
  expect(alertDocument(exampleAlert({ observables })).identifiers).toHaveLength(256);
});

test('an incident is found by the entities that hold it together', () => {
  const document = incidentDocument(exampleIncident({ entities: [{ type: 'ip', value: '10.0.0.5' }] }));
  expect(document).toMatchObject({ kind: 'incident', source: null, occurredAt: exampleIncident().firstSeenAt });
  expect(document.identifiers).toContain('10.0.0.5');
});

test('only the newest version of a document is kept, in whatever order they come', () => {
  const older = alertDocument(exampleAlert({ version: 2, title: 'older' }));
  const newer = alertDocument(exampleAlert({ version: 3, title: 'newer' }));
  const other = alertDocument(exampleAlert({ id: '01890000-0000-7000-8000-000000000001' }));
  expect(newestVersions([newer, older, other])).toEqual([other, newer]);
});

test('another occurrence costs no indexing, a new status does, and so does a field not known yet', () => {
  expect(concernsSearch(['occurrences', 'suggestedVerdict', 'analysedAt', 'version'])).toBe(false);
  expect(concernsSearch(['suggestedVerdict', 'status'])).toBe(true);
  expect(concernsSearch(['somethingNew'])).toBe(true);
});

test('an alert is found by what its words say of techniques and tactics as by what its source says of them', () => {
  const { fields, identifiers, texts } = alertDocument(
    exampleAlert({
      title: 'Encoded PowerShell',
      techniques: ['T1110'],
      tactics: ['credential-access'],
      tags: ['attack.t1027'],
    }),
  );
  expect(fields.technique).toEqual(['t1110', 't1027', 't1059.001', 't1059']);
  expect(fields.tactic).toEqual(['credential-access', 'defense-evasion', 'execution']);
  expect(identifiers).toEqual(expect.arrayContaining(['T1110', 'T1027', 'T1059.001', 'T1059']));
  expect(texts).toEqual(expect.arrayContaining(['credential-access', 'defense-evasion', 'execution']));
});

test('the fields of an alert are in lower case, each value once, with the short forms people ask for', () => {
  const { fields } = alertDocument(
    exampleAlert({
      title: 'Unremarkable',
      assignee: 'Ann  Smith',
      techniques: ['T1059.001'],
      observables: [
        { type: 'user', value: String.raw`CORP\Ann` },
        { type: 'url', value: 'https://cdn.Evil.example/x' },
        { type: 'url', value: 'http://203.0.113.7/x' },
        { type: 'host', value: 'WEB-01.corp.example' },
        { type: 'sha256', value: 'AB'.repeat(32) },
      ],
    }),
  );
  expect(fields).toMatchObject({
    kind: ['alert'],
    assignee: ['ann smith'],
    technique: ['t1059.001', 't1059'],
    user: [String.raw`corp\ann`, 'ann'],
    domain: ['cdn.evil.example', 'evil.example'],
    ip: ['203.0.113.7'],
    host: ['web-01.corp.example', 'web-01'],
    hash: ['ab'.repeat(32)],
  });
});
