import { readdirSync, readFileSync } from 'node:fs';
import { ObservableType, Severity, Timestamp } from '@soc/contracts';
import { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { sharedData } from '@soc/fleet/testing';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { normaliseGeneric, normaliseWebhook } from './normalise.ts';
import { normaliseOne, receivedAt } from './normalise-one.fixture.ts';
import type { NormalisedAlert, NormaliseResult } from './normalised-alert.ts';
import { vendorMappings } from './vendor-mappings.ts';

const examples = new URL('../../../../../examples/alerts/', import.meta.url);

/** A real payload of each source, to be broken in one place at a time. */
const samples = new Map(
  readdirSync(examples).map((name) => [
    WebhookSource.parse(name.slice(3, -'.json'.length)),
    JSON.parse(readFileSync(new URL(name, examples), 'utf8')) as unknown, // JSON.parse says any
  ]),
);

function expectStorable(alert: NormalisedAlert): void {
  expect(alert.title.trim()).not.toBe('');
  expect(alert.title.length).toBeLessThanOrEqual(500);
  expect(alert.description?.length ?? 0).toBeLessThanOrEqual(8_000);
  expect(Severity.options).toContain(alert.severity);
  expect(Timestamp.safeParse(alert.occurredAt).success).toBe(true);
  expect(alert.occurredAt).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  expect(alert.observables.length).toBeLessThanOrEqual(100);
  for (const { type } of alert.observables) expect(ObservableType.options).toContain(type);
  expect(alert.fingerprintParts.some((part) => part !== '')).toBe(true);
  const all = JSON.stringify(alert);
  expect(all).not.toContain('\\u0000');
  expect(all).not.toMatch(/\\ud[89a-f]/);
}

function expectSane(result: NormaliseResult): void {
  expect(result.ok ? 'payload: read' : result.refusal).toMatch(/^(?:payload|\[\d+\]): ./);
  for (const { alert } of result.ok ? result.alerts : []) expectStorable(alert);
}

/** `sample` with every text in it replaced by `text`. */
function withTexts(sample: unknown, text: string): unknown {
  if (typeof sample === 'string') return text;
  if (Array.isArray(sample)) return sample.map((element) => withTexts(element, text));
  if (typeof sample !== 'object' || sample === null) return sample;
  return Object.fromEntries(Object.entries(sample).map(([key, value]) => [key, withTexts(value, text)]));
}

/** The paths of all values inside of `sample`. */
function pathsIn(sample: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (typeof sample !== 'object' || sample === null) return [path];
  return [path, ...Object.entries(sample).flatMap(([key, value]) => pathsIn(value, [...path, key]))];
}

/** `sample` with the value at `path` replaced. */
function withValue(sample: unknown, [key, ...rest]: readonly string[], value: unknown): unknown {
  if (key === undefined) return value;
  const copy: Record<string, unknown> = Object.assign(Array.isArray(sample) ? [] : {}, sample);
  copy[key] = withValue(copy[key], rest, value);
  return copy;
}

const anyJson = fc.jsonValue({ stringUnit: 'binary', maxDepth: 5 });

describe.each(WebhookSource.options)('%s', (source) => {
  const sample = samples.get(source);

  it('any JSON is read or refused by the name of what is missing, never a fault', () => {
    fc.assert(
      fc.property(anyJson, (payload) => expectSane(normaliseWebhook(source, payload, { receivedAt }))),
      { numRuns: 200 },
    );
  });

  it('any JSON in any place of a real payload is read or refused', () => {
    const broken = fc.tuple(fc.constantFrom(...pathsIn(sample)), anyJson);
    fc.assert(
      fc.property(broken, ([path, value]) =>
        expectSane(normaliseWebhook(source, withValue(sample, path, value), { receivedAt })),
      ),
      { numRuns: 300 },
    );
  });

  it('long texts in every place take no more than a second each', () => {
    const units = [
      'a',
      '[',
      '.',
      'http://',
      '<Data Name="a">',
      '&#x',
      '-',
      '1',
      '{"a":',
      '\\',
      ' ',
      '2025-',
      'T1',
      ',',
    ];
    const slow = units.filter((unit) => {
      const payload = withTexts(sample, unit.repeat(Math.ceil(100_000 / unit.length)));
      const startedAt = performance.now();
      expectSane(normaliseWebhook(source, payload, { receivedAt }));
      return performance.now() - startedAt > 1_000;
    });
    expect(slow).toEqual([]);
  });

  it('the same payload again has the same fingerprint parts', () => {
    const parts = () => normaliseOne(source, structuredClone(sample)).fingerprintParts;
    expect(parts()).toEqual(parts());
  });

  it("the vendor's mapping is one that an operator could write", () => {
    expect(GenericMapping.parse(vendorMappings[source].fields)).toEqual(vendorMappings[source].fields);
  });
});

describe('deep and wide payloads', () => {
  it('nesting as deep as JSON.parse allows is no fault', () => {
    const deep = `${'{"labels":'.repeat(5_000)}1${'}'.repeat(5_000)}`;
    for (const source of WebhookSource.options) expectSane(normaliseWebhook(source, deep, { receivedAt }));
    expectSane(normaliseWebhook('grafana', { title: 'A', labels: JSON.parse(deep) }, { receivedAt }));
  });

  it('keys with dots that lead everywhere and nowhere are searched in bounded time', () => {
    const keys = Array.from({ length: 12 }, () => 'a');
    const maze = (depth: number): unknown =>
      depth === 0 ? {} : Object.fromEntries(keys.map((_, nth) => [keys.slice(0, nth + 1).join('.'), maze(depth - 1)]));
    const mapping = GenericMapping.parse({ title: { paths: [[...keys.slice(1), 'z'].join('.')], constant: 'A' } });
    const payload = maze(4);
    const startedAt = performance.now();
    expectSane(normaliseGeneric(mapping, payload, { receivedAt }));
    expect(performance.now() - startedAt).toBeLessThan(1_000);
  });
});

const naughty = sharedData('11-robustness/naughty-strings.json');

describe.skipIf(naughty === undefined)('naughty strings (SOC_SHARED_DATA, 11-robustness)', () => {
  const strings = (): readonly string[] => JSON.parse(readFileSync(String(naughty), 'utf8'));

  it.each(WebhookSource.options)('in every text of a payload of %s', (source) => {
    for (const text of strings()) {
      expectSane(normaliseWebhook(source, withTexts(samples.get(source), text), { receivedAt }));
    }
  });

  it('are kept as they came in title and description', () => {
    const printable = strings().filter(
      (text) => text.trim() !== '' && text.length <= 500 && text.isWellFormed() && !text.includes('\0'),
    );
    expect(printable.length).toBeGreaterThan(200);
    for (const text of printable) {
      expect(normaliseOne('generic', { title: text, description: text })).toMatchObject({
        title: text,
        description: text,
      });
    }
  });
});
