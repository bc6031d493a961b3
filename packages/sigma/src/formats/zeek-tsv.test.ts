import { existsSync, readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from './any-text.fixture.ts';
import { isZeekTsv, parseZeekTsv } from './zeek-tsv.ts';

const header = (fields: string, types: string) =>
  `#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\tconn\n#fields\t${fields}\n#types\t${types}\n`;

describe('parseZeekTsv', () => {
  it('gives every field its type, leaves out what is unset, and keeps the line', () => {
    const text = `${header('ts\tid.orig_h\tid.orig_p\tok\tanswers\tnote\tempty', 'time\taddr\tport\tbool\tvector[string]\tstring\tset[enum]')}1600000000.5\t10.0.0.1\t80\tT\ta,-,b\t-\t(empty)\n#close\t2026\n`;
    expect(isZeekTsv(text)).toBe(true);
    expect(parseZeekTsv(text)).toEqual({
      records: [
        {
          path: 'conn',
          line: 8,
          text: '1600000000.5\t10.0.0.1\t80\tT\ta,-,b\t-\t(empty)',
          header: expect.stringMatching(/^#separator .*\n#types\t[^\n]*$/s),
          fields: {
            ts: 1_600_000_000.5,
            'id.orig_h': '10.0.0.1',
            'id.orig_p': 80,
            ok: true,
            answers: ['a', null, 'b'],
            empty: [],
          },
          unreadable: [],
        },
      ],
      problems: [],
    });
  });

  it('names fields that are none of their type, and keeps their text', () => {
    const { records } = parseZeekTsv(`${header('ts\tn', 'time\tcount')}XXXXXXXXXX.XXXXXX\t18446744073709551615\n`);
    expect(records[0]).toMatchObject({
      fields: { ts: 'XXXXXXXXXX.XXXXXX', n: '18446744073709551615' },
      unreadable: ['ts'],
    });
  });

  it('a line that does not fit costs itself, and says where it is', () => {
    const log = parseZeekTsv(`no header\n${header('a\tb', 'string\tstring')}1\n1\t2\r\n`);
    expect(log.records.map(({ fields }) => fields)).toEqual([{ a: '1', b: '2' }]);
    expect(log.problems).toEqual([
      { line: 1, reason: 'no #fields line comes before it' },
      { line: 9, reason: '1 fields where the header names 2' },
    ]);
  });

  it('escaped bytes are what they stand for, and stay where they are no text', () => {
    const { records } = parseZeekTsv(
      `${header('a\tb\tc', 'string\tset[string]\tstring')}\\x09\\xc3\\xa4\tx\\x2cy,z\t\\xff\n`,
    );
    expect(records[0]?.fields).toEqual({ a: '\tä', b: ['x,y', 'z'], c: '\\xff' });
  });

  it('takes time and memory in proportion to the text, however often its header changes and however long it is', () => {
    const changes = `#fields\ta\n${'#path\tp\n#path\tq\n'.repeat(100_000)}${'1\n'.repeat(100_000)}`;
    const { records } = parseZeekTsv(changes);
    expect(records).toHaveLength(100_000);
    expect(records.at(-1)).toMatchObject({ path: 'q', header: '#fields\ta\n#path\tq' });

    const long = parseZeekTsv(`#fields\t${'a'.repeat(20_000)}\n1\n#fields\ta\n2\n`);
    expect(long.problems).toEqual([{ line: 2, reason: 'the header above it is too long' }]);
    expect(long.records).toMatchObject([{ line: 4, fields: { a: '2' } }]);
  });

  it('any text gives a record or a problem for each of its lines', () => {
    const parts = fc.constantFrom(
      '#fields\ta\tb\n',
      '#separator \\x20\n',
      '#types\tcount\n',
      '\t',
      '\n',
      '-',
      '\\x',
      '1',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, anyText(8)), { maxLength: 30 }), (texts) => {
        const text = texts.join('');
        const { records, problems } = parseZeekTsv(text);
        const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
        expect(records.length + problems.length).toBeGreaterThanOrEqual(lines.length);
      }),
      { numRuns: 300 },
    );
  });
});

const shared = process.env['SOC_SHARED_DATA'] ?? new URL('../../../../../shared/data', import.meta.url).pathname;
const logs = `${shared}/05-network`;

describe.skipIf(!existsSync(logs))('logs of Zeek (SOC_SHARED_DATA, 05-network)', () => {
  const folders = ['zeek-tsv', 'zeek-otrf-lsass-01'];
  const files = folders.flatMap((folder) =>
    readdirSync(`${logs}/${folder}`, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.log'))
      .map((name) => `${logs}/${folder}/${name}`),
  );

  it('every line is a record with all of its fields; unreadable are X-ed out times and nothing else', () => {
    let records = 0;
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const log = parseZeekTsv(text);
      expect(log.problems).toEqual([]);
      expect(log.records.length).toBe(text.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
      records += log.records.length;
      for (const { fields, unreadable } of log.records) {
        for (const name of unreadable) expect(String(fields[name])).toMatch(/^XXX/);
      }
    }
    expect(records).toBe(369 + 261);
  });
});
