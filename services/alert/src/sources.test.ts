import { parseJson } from '@soc/service-kit';
import { WebhookSource } from '@soc/contracts/alert/webhook-source';
import { describe, expect, it } from 'vitest';
import { observableTexts } from './domain/normalise/normalise-one.fixture.ts';
import { readPayload } from './domain/normalise/read-payload.ts';
import { createSources, readDataMappings } from './sources.ts';

const receivedAt = new Date('2027-01-01T00:00:00.000Z');
const mappings = readDataMappings();

describe.each(mappings.map((mapping) => [mapping.source, mapping] as const))('%s', (source, mapping) => {
  it.each(mapping.examples.map((example, nth) => [nth + 1, example] as const))(
    'example %i becomes what it says, and is kept byte for byte',
    (_, { payload, alerts, skipped }) => {
      const body = typeof payload === 'string' ? payload : JSON.stringify(payload);
      const read = readPayload(source, mapping, body, { receivedAt, parseJson, offsetMinutes: 0 });
      expect([read.rejected, read.skipped, read.alerts.length]).toEqual([[], skipped, alerts.length]);
      for (const [nth, { observables = [], tags = [], ...expected }] of alerts.entries()) {
        const found = read.alerts[nth];
        if (!found) throw new Error(`no alert ${nth}`);
        expect(found.alert).toMatchObject({ ...expected, source });
        expect(observableTexts(found.alert)).toEqual(expect.arrayContaining(observables));
        expect(found.alert.tags).toEqual(expect.arrayContaining(tags));
        for (const line of found.text.split('\n')) expect(body).toContain(line);
      }
    },
  );
});

describe('the sources', () => {
  it('are those in code and one for each file', () => {
    const { names, find } = createSources();
    expect(names).toEqual([...WebhookSource.options, ...mappings.map(({ source }) => source)].toSorted());
    expect(find('okta')?.version).toBe(1);
    expect(find('__proto__')).toBeUndefined();
  });

  it('a file that names a source twice, or one that is written in code, is refused', () => {
    const [first] = mappings;
    if (!first) throw new Error('no mapping');
    expect(() => createSources([first, first])).toThrow(`two mappings for the source ${first.source}`);
    expect(() => createSources([{ ...first, source: 'suricata' }])).toThrow('suricata');
  });
});
