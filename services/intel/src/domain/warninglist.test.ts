import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CreateWarninglistBody } from '@soc/contracts/intel/warninglist';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { readWarninglist } from './warninglist.ts';

const list = (type: CreateWarninglistBody['type'], entries: string[], attributes?: string[]) =>
  readWarninglist({ name: 'a list', type, list: entries, ...(attributes && { matching_attributes: attributes }) });

const entriesOf = (type: CreateWarninglistBody['type'], entries: string[]) => {
  const reading = list(type, entries);
  return reading.ok ? reading.entries.map(({ kind, value }) => `${kind} ${value}`) : [reading.refusal];
};

describe('readWarninglist', () => {
  it('reads a list of networks, single addresses included', () => {
    expect(entriesOf('cidr', ['FE80::/10', '192.0.2.9/24', '192.0.2.1', '2001:db8::1', 'junk'])).toEqual([
      'cidr fe80::/10',
      'cidr 192.0.2.0/24',
      'cidr 192.0.2.1/32',
      'cidr 2001:db8::1/128',
    ]);
  });

  it('reads host names and substrings as domains with all below', () => {
    expect(entriesOf('hostname', ['Short.Example', '.cdn.example'])).toEqual([
      'domain short.example',
      'domain cdn.example',
    ]);
    expect(entriesOf('substring', ['mail.example', 'no domain'])).toEqual(['domain mail.example']);
  });

  it('reads strings as whole values, and one with a leading dot as a domain', () => {
    expect(
      entriesOf('string', ['.Search.example', 'Search.example', 'D41D8CD9', 'HTTP://Search.example', '2001:DB8::1']),
    ).toEqual([
      'domain search.example',
      'value search.example',
      'value d41d8cd9',
      'value http://search.example/',
      'value 2001:db8::1',
    ]);
  });

  it('lists what it cannot read and takes each entry once', () => {
    const reading = list('hostname', ['a.example', 'A.example', 'localhost']);
    expect(reading).toMatchObject({
      ok: true,
      entries: [{ kind: 'domain', value: 'a.example' }],
      skipped: [{ entry: 'localhost', reason: 'not a domain' }],
    });
  });

  it('translates the attribute types of MISP, composite ones by their parts', () => {
    expect(list('string', ['a.example'], ['domain|ip', 'filename|sha256', 'ja3-fingerprint-md5'])).toMatchObject({
      observableTypes: ['ip', 'domain', 'host', 'sha256'],
    });
    expect(list('string', ['a.example'])).toMatchObject({
      observableTypes: ['ip', 'domain', 'host', 'url', 'email', 'md5', 'sha1', 'sha256'],
    });
  });

  it.each([
    ['regex', ['^(a+)+$'], undefined, 'regex'],
    ['string', ['x'], ['ja3-fingerprint-md5'], 'attributes'],
    ['hostname', ['localhost'], undefined, 'empty'],
  ] as const)('refuses a list of type %s with %j for %j', (type, entries, attributes, refusal) => {
    expect(list(type, [...entries], attributes && [...attributes])).toEqual({ ok: false, refusal });
  });
});

const folder = sharedData('08-threat-intel/misp-warninglists');

describe.skipIf(folder === undefined)('readWarninglist on the lists of MISP', () => {
  it.each(folder === undefined ? [] : readdirSync(folder))('reads %s, skipping next to nothing', (file) => {
    const body = CreateWarninglistBody.parse(JSON.parse(readFileSync(join(folder ?? '', file), 'utf8')));
    const reading = readWarninglist(body);
    if (!reading.ok) throw new Error(reading.refusal);
    expect(reading.skipped.length).toBeLessThanOrEqual(1);
    expect(reading.entries.length).toBeGreaterThanOrEqual(new Set(body.list).size * 0.9);
  });
});
