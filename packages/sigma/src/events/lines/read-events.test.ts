import { describe, expect, it } from 'vitest';
import { viewEvent } from '../view-event.ts';
import { type ReadEvent, readEvents } from './read-events.ts';

/** In pieces of any size, for a piece may end anywhere. */
async function* inPieces(text: string, size: number): AsyncGenerator<string> {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size);
}

async function read(text: string, size = text.length, keepsText = false): Promise<readonly ReadEvent[]> {
  const all: ReadEvent[] = [];
  const options = { nowMs: Date.UTC(2024, 2, 6), keepsText };
  for await (const some of readEvents(inPieces(text, size), options)) all.push(...some);
  return all;
}

const sizes = [1, 7, 10_000];

describe('readEvents', () => {
  it.each(sizes)('reads NDJSON in pieces of %i, and says of a bad line what is wrong where', async (size) => {
    expect(await read('{"a":1}\r\n\n{"a":\n[1]\n{"a":"}\\"{"}', size)).toEqual([
      { line: 1, event: { a: 1 } },
      { line: 3, reason: expect.stringMatching(/JSON/) },
      { line: 4, reason: expect.stringMatching(/neither JSON/) },
      { line: 5, event: { a: '}"{' } },
    ]);
  });

  it.each(sizes)('reads a list in pieces of %i, laid out or not, with the line on which each begins', async (size) => {
    const text = '\uFEFF[\n  {"a": {"b": "]}"}},\n  {\n    "a": "\\"{"\n  }, {"a": 3}\n]';
    expect(await read(text, size)).toEqual([
      { line: 2, event: { a: { b: ']}' } } },
      { line: 3, event: { a: '"{' } },
      { line: 5, event: { a: 3 } },
    ]);
  });

  it.each(sizes)('reads a CloudTrail file, laid out over lines, in pieces of %i', async (size) => {
    expect(await read('{\n"Records": [\n{"eventName": "A"}, {"eventName": "B"}, 1]\n}\n', size)).toEqual([
      { line: 1, event: { eventName: 'A' } },
      { line: 1, event: { eventName: 'B' } },
      { line: 1, reason: 'a record of the list is no object' },
    ]);
  });

  it.each(sizes)('a first line that is broken costs itself, in pieces of %i', async (size) => {
    const good = '\n\n{"a":1}\n{"a":2}\n';
    const events = [
      { line: 3, event: { a: 1 } },
      { line: 4, event: { a: 2 } },
    ];
    for (const broken of ['{"eventSource":"x"', '{"a":"x', '{"a":[1', '{"a":1,']) {
      expect(await read(broken + good, size)).toEqual([{ line: 1, reason: expect.stringMatching(/JSON/) }, ...events]);
    }
  });

  it.each(sizes)('objects that follow one another are no broken line, in pieces of %i', async (size) => {
    for (const text of ['{"a":1}{"a":2}\n{"a":3}', '{"a":1},\n{"a":2},\n{"a":3}', '[{"a":1},\n{"a":2},\n{"a":3}]']) {
      expect((await read(text, size)).map((one) => 'event' in one && one.event['a'])).toEqual([1, 2, 3]);
    }
    expect(await read('{"Records": [\n{"a":1}\n]}', size)).toEqual([{ line: 1, event: { a: 1 } }]);
  });

  it.each(sizes)('reads lines with blanks before them, and blank lines before all, in pieces of %i', async (size) => {
    expect(await read(' \n\n  {"a":1}\n\t{"a":2}', size)).toEqual([
      { line: 3, event: { a: 1 } },
      { line: 4, event: { a: 2 } },
    ]);
    expect(await read('\n\n[{"a":1}]', size)).toEqual([{ line: 3, event: { a: 1 } }]);
  });

  it.each(sizes)('says of all that is no event that it is none, in pieces of %i', async (size) => {
    const reason = 'it is no JSON object';
    expect(await read('[1,"te,x[t", true\n,{"a":1}, [null]]\n}', size)).toEqual([
      { line: 1, reason },
      { line: 1, reason },
      { line: 1, reason },
      { line: 2, event: { a: 1 } },
      { line: 2, reason },
      { line: 3, reason },
    ]);
    expect(await read('[{"a":1},\n', size)).toEqual([
      { line: 1, event: { a: 1 } },
      { line: 2, reason: 'the file ends within the list' },
    ]);
    expect(await read('{"Records":[]}', size)).toEqual([{ line: 1, reason: 'the list of Records is empty' }]);
    expect(await read('{"Records":[{"a":1}],"b":2,"c":3}', size)).toEqual([
      { line: 1, event: { a: 1 } },
      { line: 1, reason: 'not read, for it is beside Records: b, c' },
    ]);
  });

  it('takes time in proportion to the blanks and the unfinished line that a file begins with', async () => {
    expect(await read('\n'.repeat(2_000_000), 1_000)).toEqual([]);
    expect(await read(`{"a":"${'x'.repeat(2_000_000)}`, 1_000)).toHaveLength(1);
  });

  it('says where a list or object is cut off', async () => {
    expect(await read('[{"a":1},\n{"a":')).toEqual([
      { line: 1, event: { a: 1 } },
      { line: 2, reason: 'the file ends within this object' },
    ]);
  });

  it('refuses an object and a line beyond any event, and reads on', async () => {
    const long = 'x'.repeat(17 * 1024 * 1024);
    expect(await read(`[{"a":"${long}"},{"b":1}]`, 1024 * 1024)).toEqual([
      { line: 1, reason: 'the object is too long' },
      { line: 1, event: { b: 1 } },
    ]);
    expect(await read(`{"b":0}\n${long}\n{"b":1}`, 1024 * 1024)).toEqual([
      { line: 1, event: { b: 0 } },
      { line: 2, reason: 'the line is too long' },
      { line: 3, event: { b: 1 } },
    ]);
  });

  it('reads nothing from nothing', async () => {
    expect(await read('')).toEqual([]);
    expect(await read(' \n\n')).toEqual([]);
  });

  it('takes other text for an event only when it is asked to', async () => {
    expect(await read('%SEC_LOGIN-5: x')).toEqual([{ line: 1, reason: expect.any(String) }]);
    expect(await read('%SEC_LOGIN-5: x', 5, true)).toEqual([{ line: 1, event: { message: '%SEC_LOGIN-5: x' } }]);
  });
});

const hex = (text: string): string => Buffer.from(text).toString('hex').toUpperCase();

/** A line of each log, after its header where it needs one, and what its view must hold. */
const logs: readonly (readonly [name: string, text: string, log: object, fields: object])[] = [
  [
    'Zeek TSV',
    '#separator \\x09\n#path\thttp\n#fields\tts\tuid\tid.orig_h\tmethod\turi\n#types\ttime\tstring\taddr\tstring\tstring\n1709634030.000000\tC\t10.0.0.1\tGET\t/a?b\n#close\tx',
    { product: 'zeek', services: ['http'], timeMs: 1_709_634_030_000 },
    { src_ip: '10.0.0.1', 'cs-uri-query': ['b', '/a?b'] },
  ],
  [
    'a W3C log',
    '#Software: IIS\n#Fields: date time cs-method cs-uri-stem cs-uri-query cs(User-Agent)\n2024-03-05 10:20:30 GET /x.aspx - curl',
    { categories: ['webserver'], timeMs: 1_709_634_030_000 },
    { 'cs-uri-stem': '/x.aspx', 'cs-user-agent': 'curl' },
  ],
  [
    'an access log',
    '198.51.100.7 - - [05/Mar/2024:10:20:30 +0000] "GET /a?b=\\"c HTTP/1.1" 404 12 "-" "curl/8"',
    { categories: ['webserver'], timeMs: 1_709_634_030_000 },
    { 'c-ip': '198.51.100.7', 'sc-status': '404', 'cs-user-agent': 'curl/8' },
  ],
  [
    'auditd',
    `type=EXECVE msg=audit(1709634030.000:7): argc=3 a0="sh" a1="-c" a2=${hex('cat /etc/shadow')}`,
    { product: 'linux', services: ['auditd'], categories: ['process_creation'], timeMs: 1_709_634_030_000 },
    { type: 'EXECVE', a2: 'cat /etc/shadow', commandline: 'sh -c cat /etc/shadow' },
  ],
  [
    'a call to auditd, spelled out',
    'type=SYSCALL msg=audit(1709634030.000:7): arch=c000003e syscall=59 a0=AB12 exe="/usr/bin/cat" key="k"\u001DSYSCALL=execve UID="root"',
    { product: 'linux', services: ['auditd'] },
    { a0: 'AB12', exe: '/usr/bin/cat', syscall: ['59', 'execve'], uid: 'root' },
  ],
  [
    'CEF behind syslog',
    '<134>Mar  5 10:20:30 fw CEF:0|Palo Alto Networks|PAN-OS|10|1|deny|5|src=10.0.0.1 dpt=22 cs1Label=Rule cs1=any any',
    { product: 'paloalto' },
    { src_ip: '10.0.0.1', dst_port: '22', rule: 'any any' },
  ],
  [
    'syslog',
    '<38>Mar  5 10:20:30 host sshd[42]: error: buffer_get_ret: trying to get more bytes',
    { product: 'linux', services: ['syslog', 'sshd', 'auth'] },
    { message: 'error: buffer_get_ret: trying to get more bytes' },
  ],
];

describe('a log of text', () => {
  it.each(logs)('%s is read into what its rules ask', async (_name, text, log, fields) => {
    const [read1, ...more] = await read(text);
    expect(more).toEqual([]);
    if (read1 === undefined || !('event' in read1)) throw new Error(JSON.stringify(read1));
    const view = viewEvent(read1.event);
    expect(view).toMatchObject(log);
    expect(Object.fromEntries(view.fields)).toMatchObject(fields);
  });

  it('says which line of Zeek does not fit its header', async () => {
    expect(await read('#separator \\x09\n#fields\ta\tb\n1\t2\n1\n')).toEqual([
      { line: 3, event: { a: '1', b: '2' } },
      { line: 4, reason: '1 fields where the header names 2' },
    ]);
  });

  it.each(['# by hand', '#open', '#Fields: a b', '#fields\ta\tb'])(
    'is not blinded by a line like %s',
    async (comment) => {
      const line = '<38>Mar  5 10:20:30 host sshd[42]: error';
      const read1 = await read([line, comment, line].join('\n'));
      expect(read1.map((one) => 'event' in one)).toEqual([true, false, true]);
      expect(read1[1]).toEqual({ line: 2, reason: expect.stringMatching(/neither JSON/) });
      expect(await read(`{"a":1}\n${comment}\n{"a":2}`, 5, true)).toContainEqual({
        line: 2,
        event: { message: comment },
      });
    },
  );

  it('of auditd may call its fields as objects call theirs', async () => {
    const [record] = await read('type=USER msg=audit(1709634030.000:7): constructor=a __proto__=b toString="c"');
    const event = record && 'event' in record ? record.event : {};
    expect(Object.entries(event).slice(-3)).toEqual([
      ['constructor', 'a'],
      ['__proto__', 'b'],
      ['toString', 'c'],
    ]);
  });

  it('may begin with a line that is cut off, and then name its fields', async () => {
    expect(await read('30 GET /x\n#Fields: date cs-method\n2024-03-05 GET\n')).toEqual([
      { line: 1, reason: expect.any(String) },
      { line: 3, event: { date: '2024-03-05', 'cs-method': 'GET' } },
    ]);
  });

  it('is read in time that grows with its length, whatever it holds', async () => {
    const long = [
      `type=EXECVE msg=audit(1709634030.000:7): ${'a'.repeat(200_000)}`,
      `type=EXECVE msg=audit(1709634030.000:7): ${'a="'.repeat(100_000)}`,
      `1 - - [05/Mar/2024:10:20:30 +0000] "${'\\"'.repeat(200_000)}`,
      '<'.repeat(200_000),
    ];
    for (const text of long) expect(await read(text)).toHaveLength(1);
  });
});
