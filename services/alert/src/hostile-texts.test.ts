import { readFileSync } from 'node:fs';
import { sharedData } from '@soc/fleet/testing';
import { describe, expect, it } from 'vitest';
import { readSource, sources } from './read-source.fixture.ts';

const naughty = sharedData('11-robustness/naughty-strings.json');
const documents = sharedData('11-robustness/json-parsing.ndjson');

/** Lines in which a text stands where senders put theirs. */
const linesWith = (text: string): readonly string[] => [
  text,
  `<34>1 2026-01-02T03:04:05Z ${text} app - - - ${text}`,
  `<34>Jan  2 03:04:05 h CEF:0|${text}|P|1|2|${text}|${text}|msg=${text} src=${text}`,
  `<34>Jan  2 03:04:05 h LEEF:2.0|${text}|P|1|2|^|msg=${text}^src=${text}`,
];

describe.skipIf(naughty === undefined || documents === undefined)(
  'hostile texts (SOC_SHARED_DATA, 11-robustness)',
  () => {
    it.each(['cef', 'leef', 'syslog'])(
      '%s: a naughty string in any place is an alert or rejected, and none is lost',
      (source) => {
        const strings = JSON.parse(readFileSync(String(naughty), 'utf8')) as readonly string[]; // as its SOURCE.md tells
        const bodies = strings.map((text) => linesWith(text.replaceAll(/[\r\n]/g, ' ')).join('\n'));
        const lost = bodies.filter((body) => {
          const { alerts, rejected, skipped } = readSource(source, body);
          const lines = body.split('\n').filter((line) => line.trim() !== '');
          return (
            alerts.length + rejected.length + skipped !== lines.length ||
            alerts.some(({ text }) => !lines.includes(text))
          );
        });
        expect(lost).toEqual([]);
      },
    );

    it('every source reads or rejects each document of JSONTestSuite', () => {
      const unaccounted = readFileSync(String(documents), 'utf8')
        .trim()
        .split('\n')
        .flatMap((line) => {
          const { name, base64 } = JSON.parse(line) as Readonly<Record<'name' | 'base64', string>>; // as its SOURCE.md tells
          const body = Buffer.from(base64, 'base64').toString();
          const losing = sources.names.filter((source) => {
            const { alerts, rejected, skipped, documents: parsed } = readSource(source, body);
            return alerts.length + rejected.length + skipped < parsed;
          });
          return losing.map((source) => `${name} by ${source}`);
        });
      expect(unaccounted).toEqual([]);
    });
  },
);
