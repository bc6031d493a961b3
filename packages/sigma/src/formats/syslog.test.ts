import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyText } from './any-text.fixture.ts';
import { parseSyslog, type SyslogMessage } from './syslog.ts';

const clock = { nowMs: Date.UTC(2026, 0, 2) };

function read(text: string, at = clock): SyslogMessage {
  const parsed = parseSyslog(text, at);
  if (!parsed.ok) throw new Error(parsed.reason);
  return parsed.value;
}

const timeOf = (text: string, offsetMinutes = 0): string | null => {
  const { timeMs } = read(text, { ...clock, offsetMinutes } as typeof clock);
  return timeMs === null ? null : new Date(timeMs).toISOString();
};

describe('RFC 5424', () => {
  it('reads every part, structured data unescaped', () => {
    const text = String.raw`<165>1 2003-10-11T22:14:15.003Z mymachine.example.com evntslog 42 ID47 [ex@1 iut="3" a="\"q\" \\ \] \x"][b@1] ${'\uFEFF'}An event`;
    expect(read(text)).toEqual({
      protocol: 'rfc5424',
      facility: 20,
      severity: 5,
      timeMs: Date.UTC(2003, 9, 11, 22, 14, 15, 3),
      hostName: 'mymachine.example.com',
      appName: 'evntslog',
      processId: '42',
      messageId: 'ID47',
      structuredData: new Map([
        [
          'ex@1',
          new Map([
            ['iut', ['3']],
            ['a', [String.raw`"q" \ ] \x`]],
          ]),
        ],
        ['b@1', new Map()],
      ]),
      message: 'An event',
    });
  });

  it('what is written as - is absent, and the message may be missing', () => {
    expect(read('<34>1 - - - - - -')).toMatchObject({
      timeMs: null,
      hostName: null,
      appName: null,
      processId: null,
      messageId: null,
      message: '',
    });
  });

  it.each([
    ['<34>1 yesterday host app - - - hi', /time/],
    ['<34>1 - host app', /header/],
    ['<34>1 - h a - - [id x="1 hi', /does not end/],
    ['<34>1 - h a - - [] hi', /without an id/],
    ['<34>1 - h a - - hi', /structured data/],
    ['<34>1 - h a - - [id]hi', /blank/],
    ['<192>hi', /191/],
    ['', /empty/],
    [' \r\n', /empty/],
  ])('refuses %j', (text, reason) => {
    expect(parseSyslog(text, clock)).toMatchObject({ ok: false, reason: expect.stringMatching(reason) });
  });

  it('any values of structured data and any message come back as they were escaped', () => {
    const value = anyText(30);
    const name = fc.stringMatching(/^[!-<>-Z^-~]{1,20}$/).filter((text) => !text.includes('"'));
    const elements = fc.uniqueArray(
      fc.tuple(name, fc.uniqueArray(fc.tuple(name, value), { selector: ([key]) => key })),
      {
        selector: ([id]) => id,
      },
    );
    fc.assert(
      fc.property(elements, value, (given, message) => {
        const written = given.map(([id, parameters]) => {
          const inside = parameters.map(([key, text]) => ` ${key}="${text.replaceAll(/["\\\]]/g, String.raw`\$&`)}"`);
          return `[${id}${inside.join('')}]`;
        });
        const result = read(`<14>1 - - - - - ${written.join('') || '-'} |${message}|`);
        expect(
          [...result.structuredData].map(([id, found]) => [id, [...found].map(([key, [text]]) => [key, text])]),
        ).toEqual(given);
        expect(result.message).toBe(`|${message}|`);
      }),
      { numRuns: 300 },
    );
  });
});

describe('RFC 3164', () => {
  it('reads the examples of the RFC', () => {
    expect(read("<34>Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8")).toMatchObject({
      protocol: 'rfc3164',
      facility: 4,
      severity: 2,
      timeMs: Date.UTC(2025, 9, 11, 22, 14, 15),
      hostName: 'mymachine',
      appName: 'su',
      message: "'su root' failed for lonvick on /dev/pts/8",
    });
    expect(read('Use the BFG!')).toMatchObject({ facility: null, hostName: null, message: 'Use the BFG!' });
  });

  it.each([
    ['<38>Oct  6 10:00:00 web-1 sshd[42]: Failed password', 'web-1', 'sshd', '42', 'Failed password'],
    ['<38>Oct  6 10:00:00 sshd[42]: no host', null, 'sshd', '42', 'no host'],
    ['<38>Oct  6 10:00:00 10.0.0.1 CEF:0|a|b|c|d|e|1|', '10.0.0.1', null, null, 'CEF:0|a|b|c|d|e|1|'],
    ['<38>Oct  6 10:00:00 fe80::1 LEEF:1.0|a|b|c|d|', 'fe80::1', null, null, 'LEEF:1.0|a|b|c|d|'],
    ['<38>CEF:0|a|b|c|d|e|1|', null, null, null, 'CEF:0|a|b|c|d|e|1|'],
    ['CEF:0|a|b|c|d|e|1|', null, null, null, 'CEF:0|a|b|c|d|e|1|'],
    ['<189>29: *Mar  1 18:48:50.483 UTC: %SYS-5-CONFIG_I: Configured', null, '%SYS-5-CONFIG_I', null, 'Configured'],
    ['<13>2025-10-06T10:00:00.123456+02:00 fw1 kernel: drop', 'fw1', 'kernel', null, 'drop'],
  ])('%s', (text, hostName, appName, processId, message) => {
    expect(read(text)).toMatchObject({ hostName, appName, processId, message });
  });

  it.each([
    ['<13>Dec 31 23:59:59 h a: x', '2025-12-31T23:59:59.000Z'],
    ['<13>Jan  1 00:00:00 h a: x', '2026-01-01T00:00:00.000Z'],
    ['<13>Oct 06 2024 10:00:00.25 h a: x', '2024-10-06T10:00:00.250Z'],
    ['<13>Oct  6 10:00:00 2024 h a: x', '2024-10-06T10:00:00.000Z'],
    ['<13>2025-10-06T10:00:00.5+0200 h a: x', '2025-10-06T08:00:00.500Z'],
    ['<13>Feb 31 10:00:00 h a: x', null],
    ['<13>Foo  1 10:00:00 h a: x', null],
  ])('the time of %s', (text, expected) => {
    expect(timeOf(text)).toBe(expected);
  });

  it("a time without a zone is in the senders' zone", () => {
    expect(timeOf('<13>Oct  6 10:00:00 h a: x', 120)).toBe('2025-10-06T08:00:00.000Z');
  });

  it('any text is read or refused, never a fault, and loses none of an unheaded message', () => {
    const parts = fc.constantFrom('<34>', '<999>', '1 ', 'Oct 11 22:14:15 ', '- ', '[a b="', '\\', ']', '"', ' ', '\0');
    fc.assert(
      fc.property(fc.array(fc.oneof(parts, anyText(8)), { maxLength: 40 }), (texts) => {
        const parsed = parseSyslog(texts.join(''), clock);
        expect(parsed.ok ? parsed.value.message : parsed.reason).toEqual(expect.any(String));
      }),
      { numRuns: 300 },
    );
  });
});
