import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { StixBundle } from '@soc/contracts/intel/stix';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { readBundle } from './stix-bundle.ts';
import { StixObject } from './stix-object.ts';

const defaults = { confidence: 75, at: '2026-03-01T00:00:00.000Z' };

const indicator = (id: string, pattern: string, more: object = {}) => ({
  type: 'indicator',
  spec_version: '2.1',
  id: `indicator--${id}`,
  created: '2026-01-01T00:00:00.000Z',
  modified: '2026-01-02T00:00:00.123456Z',
  valid_from: '2026-01-01T00:00:00Z',
  pattern_type: 'stix',
  pattern,
  ...more,
});

const ADDRESS = "[ipv4-addr:value = '203.0.113.7']";

describe('readBundle', () => {
  it('gives the value with what the bundle says of it, times in milliseconds', () => {
    const labels = { indicator_types: ['malicious-activity'], labels: ['c2'] };
    const marking = { object_marking_refs: ['marking-definition--5e57c739-391a-4eb3-b6be-7d15ca92d5ed'] };
    const [first] = readBundle(
      [indicator('a', ADDRESS, { name: 'C2', confidence: 40, ...labels, ...marking })],
      defaults,
    ).indicators;
    expect(first).toEqual({
      type: 'ip',
      value: '203.0.113.7',
      confidence: 40,
      threat: 'C2',
      description: null,
      labels: ['malicious-activity', 'c2'],
      tlp: 'red',
      externalId: 'indicator--a',
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: null,
      revoked: false,
      modifiedAt: '2026-01-02T00:00:00.123Z',
    });
  });

  it('names the threat after the malware it indicates rather than the campaign', () => {
    const relates = (target: string) => ({
      type: 'relationship',
      id: `relationship--${target}`,
      relationship_type: 'indicates',
      source_ref: 'indicator--a',
      target_ref: target,
    });
    const objects = [
      indicator('a', ADDRESS, { name: 'an address' }),
      relates('campaign--1'),
      relates('malware--1'),
      { type: 'campaign', id: 'campaign--1', name: 'Operation Rain' },
      { type: 'malware', id: 'malware--1', name: 'RainCloud' },
    ];
    const { indicators, ignored } = readBundle(objects, defaults);
    expect(indicators[0]?.threat).toBe('RainCloud');
    expect(ignored).toEqual({ relationship: 2, campaign: 1, malware: 1 });
  });

  it('merges indicators of the same value: the worse word, the longest validity', () => {
    const ends = { valid_until: '2026-02-01T00:00:00Z' };
    const { indicators } = readBundle(
      [
        indicator('a', ADDRESS, { confidence: 20, labels: ['scan'], ...ends }),
        indicator('b', ADDRESS, { confidence: 90, labels: ['c2'], valid_from: '2026-01-15T00:00:00Z' }),
      ],
      defaults,
    );
    expect(indicators).toHaveLength(1);
    expect(indicators[0]).toMatchObject({
      confidence: 90,
      externalId: 'indicator--b',
      labels: ['c2', 'scan'],
      validFrom: '2026-01-01T00:00:00.000Z',
      validUntil: null,
    });
  });

  it('lets an indicator that stands outweigh a revoked one of the same value', () => {
    const objects = [
      indicator('a', ADDRESS, { revoked: true, confidence: 99 }),
      indicator('b', ADDRESS, { confidence: 10 }),
    ];
    expect(readBundle(objects, defaults).indicators).toMatchObject([{ revoked: false, confidence: 10 }]);
  });

  it('takes the defaults where the bundle is silent', () => {
    const bare = { type: 'indicator', id: 'indicator--a', pattern: ADDRESS };
    expect(readBundle([bare], defaults).indicators).toMatchObject([
      { confidence: 75, threat: null, tlp: 'amber', validFrom: defaults.at, modifiedAt: defaults.at },
    ]);
  });

  it.each([
    [indicator('a', ADDRESS, { pattern_type: 'snort' }), 'pattern_type snort is not read'],
    [indicator('a', ADDRESS, { valid_until: '2025-01-01T00:00:00Z' }), 'valid_until is not after valid_from'],
    [indicator('a', ADDRESS, { valid_until: '9999-12-31T23:59:59-23:59' }), 'valid_until: no time a database can hold'],
    [indicator('a', ADDRESS, { valid_from: '0000-01-01T00:00:00Z' }), 'valid_from: no time a database can hold'],
    [indicator('a', ADDRESS, { confidence: 101 }), 'confidence: Too big: expected number to be <=100'],
    [indicator('a', 'ipv4'), 'pattern: expected [ before ipv4'],
    [indicator('a', "[file:name = 'x']"), 'file:name is no observable that can be looked up'],
  ])('skips %#, with the reason', (object, reason) => {
    expect(readBundle([object], defaults)).toEqual({
      indicators: [],
      skipped: [{ id: 'indicator--a', reason }],
      ignored: {},
    });
  });

  it('accounts for what is no object at all', () => {
    const { skipped } = readBundle([null, 7, { type: 'indicator' }], defaults);
    expect(skipped.map(({ id }) => id)).toEqual(['objects.0', 'objects.1', 'objects.2']);
  });
});

const examples = sharedData('08-threat-intel/stix-examples');

function readExample(file: string) {
  const bundle = StixBundle.parse(JSON.parse(readFileSync(join(examples ?? '', file), 'utf8')));
  const reading = readBundle(bundle.objects, defaults);
  const types = bundle.objects.map((object) => StixObject.parse(object).type);
  return { ...reading, types, values: reading.indicators.map(({ value }) => value) };
}

describe.skipIf(examples === undefined)('readBundle on the examples of OASIS', () => {
  it.each(examples === undefined ? [] : readdirSync(examples))('counts what is no indicator in %s', (file) => {
    const { types, ignored, indicators, skipped } = readExample(file);
    const others = types.filter((type) => type !== 'indicator');
    const counted = Object.entries(ignored).flatMap(([type, count]) => Array.from({ length: count }, () => type));
    expect(counted.toSorted()).toEqual(others.toSorted());
    expect(indicators.length + skipped.length).toBeGreaterThan(0);
  });

  it('reads the Poison Ivy report: addresses and domains, named after the malware', () => {
    const { values, skipped, indicators } = readExample('poisonivy.json');
    expect(values).toContain('www.webserver.dynssl.com');
    expect(values).toContain('113.10.246.30');
    expect(new Set(values).size).toBe(values.length);
    expect(indicators.find(({ value }) => value === 'send.have8000.com')?.threat).toBeTruthy();
    expect(skipped.map(({ reason }) => reason)).toContain('"domain autuo.xicp.net" is no value of domain-name:value');
  });

  it('reads the address of the command-and-control example', () => {
    expect(readExample('indicator-for-c2-ip-address.json').values).toEqual(['10.0.0.0']);
  });

  it('skips the e-mail patterns that no single observable can match, and says why', () => {
    const { values, skipped } = readExample('malicious-email-indicator-with-attachment.json');
    expect(values).toEqual([]);
    expect(skipped).toHaveLength(2);
  });
});
