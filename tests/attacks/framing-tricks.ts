import { lines } from './raw-http.ts';

/** What is needed to write a request that the gateway would let in. */
export interface Bearer {
  readonly host: string;
  readonly authorization: string;
}

/**
 * A request meant to be read in two ways. `refused`: answered 4xx, or not at all, and nothing of it goes anywhere;
 * `passed`: read in one way, and sent on with exactly this body; `ignored`: never whole, so nobody may see it.
 */
export interface Trick {
  readonly name: string;
  readonly bytes: (bearer: Bearer) => string;
  readonly outcome: 'refused' | 'ignored' | { readonly body: string };
}

/** The request inside the request. It carries no token: wherever it is seen as a request of its own, it was smuggled. */
export const POISON = lines('GET /api/v1/alerts?q=poison HTTP/1.1', 'Host: poison', '');

const BODY = '{"title":"x"}';

const post =
  (fields: readonly string[], body: string) =>
  ({ host, authorization }: Bearer): string =>
    lines('POST /api/v1/alerts HTTP/1.1', `Host: ${host}`, `Authorization: ${authorization}`, ...fields, '') + body;

const refused = (name: string, fields: readonly string[], body = BODY): Trick => ({
  name,
  bytes: post(fields, body),
  outcome: 'refused',
});

const passed = (name: string, fields: readonly string[], sent: string, body: string): Trick => ({
  name,
  bytes: post(fields, sent),
  outcome: { body },
});

const CHUNKED = 'Transfer-Encoding: chunked';
const EMPTY_THEN_POISON = `0\r\n\r\n${POISON}`;
const lengthOf = (text: string): string => `Content-Length: ${text.length}`;

/** Both framings at once, in either order, whatever the bodies make of it. */
const both: readonly Trick[] = [
  refused('CL.TE', [lengthOf(EMPTY_THEN_POISON), CHUNKED], EMPTY_THEN_POISON),
  refused('TE.CL', [CHUNKED, 'Content-Length: 4'], `${POISON.length.toString(16)}\r\n${POISON}\r\n0\r\n\r\n`),
  refused('CL.0', ['Content-Length: 0', CHUNKED], EMPTY_THEN_POISON),
  refused('TE.TE with two codings', [CHUNKED, 'Transfer-Encoding: identity'], EMPTY_THEN_POISON),
  refused(
    'TE.TE with a coding nobody knows first',
    ['Transfer-Encoding: x', CHUNKED, 'Content-Length: 4'],
    EMPTY_THEN_POISON,
  ),
];

/** Ways to write `Transfer-Encoding: chunked` that one reader takes and another does not; each beside a length, and alone. */
const CODINGS: readonly string[] = [
  'Transfer-Encoding: xchunked',
  'Transfer-Encoding: x chunked',
  'Transfer-Encoding : chunked',
  'Transfer-Encoding\t: chunked',
  ' Transfer-Encoding: chunked',
  '\tTransfer-Encoding: chunked',
  'X: x\nTransfer-Encoding: chunked',
  'X: x\rTransfer-Encoding: chunked',
  'Transfer-Encoding\n: chunked',
  'Transfer-Encoding: chunked\r\nTransfer-Encoding: x',
  'Transfer-Encoding: x\r\nTransfer-Encoding: chunked',
  'Transfer-Encoding: chunked, identity',
  'Transfer-Encoding: identity',
  'Transfer-Encoding: chunked, x',
  'Transfer-Encoding: chunked;q=1',
  'Transfer-Encoding: "chunked"',
  "Transfer-Encoding: 'chunked'",
  'Transfer-Encoding: chunked\v',
  'Transfer-Encoding: \vchunked',
  'Transfer-Encoding: \0chunked',
  'Transfer-Encoding: chunked\0',
  'Transfer-Encoding\0: chunked',
  'Transfer-Encoding: chunked\x85',
  'Transfer-Encoding:\r\n chunked',
  'Transfer-Encoding:\n chunked',
  'Transfer-Encoding:',
  'Transfer-\r\n Encoding: chunked',
];
const codings: readonly Trick[] = CODINGS.flatMap((coding) => [
  refused(`${JSON.stringify(coding)} beside a length`, [lengthOf(EMPTY_THEN_POISON), coding], EMPTY_THEN_POISON),
  refused(`${JSON.stringify(coding)} alone`, [coding], EMPTY_THEN_POISON),
]);

/** Lengths that are none, or two. */
const LENGTHS: readonly (readonly string[])[] = [
  ['Content-Length: 13', 'Content-Length: 13'],
  ['Content-Length: 13', 'Content-Length: 0'],
  ['Content-Length: 0', 'Content-Length: 13'],
  ['Content-Length: 13, 13'],
  ['Content-Length: 13, 0'],
  ['Content-Length: 13,'],
  ['Content-Length: +13'],
  ['Content-Length: -13'],
  ['Content-Length: -0'],
  ['Content-Length: 0x0d'],
  ['Content-Length: 0d'],
  ['Content-Length: 1 3'],
  ['Content-Length: 13;'],
  ['Content-Length: 13.0'],
  ['Content-Length: 1e1'],
  ['Content-Length: "13"'],
  ['Content-Length: 13\v'],
  ['Content-Length: 13\0'],
  ['Content-Length: \xb2'],
  ['Content-Length: 18446744073709551629'],
  ['Content-Length: 99999999999999999999999999'],
  ['Content-Length:'],
  ['Content-Length: '],
  ['Content-Length : 13'],
  ['Content-Length\t: 13'],
  [' Content-Length: 13'],
  ['Content-Length\0: 13'],
  ['X: x\nContent-Length: 13'],
  ['X: x\rContent-Length: 13'],
  ['Content-Length:\r\n 13'],
];
const lengths: readonly Trick[] = LENGTHS.map((fields) => refused(JSON.stringify(fields), fields));

/** Chunks that are none; sizes that overflow; data that overruns its size. */
const CHUNKS: readonly string[] = [
  '0xd\r\n{"title":"x"}\r\n0\r\n\r\n',
  '+d\r\n{"title":"x"}\r\n0\r\n\r\n',
  '-d\r\n{"title":"x"}\r\n0\r\n\r\n',
  ' d\r\n{"title":"x"}\r\n0\r\n\r\n',
  'd\n{"title":"x"}\n0\n\n',
  'd\r{"title":"x"}\r\n0\r\n\r\n',
  'd;a\n\r\n{"title":"x"}\r\n0\r\n\r\n',
  'd;a\rb\r\n{"title":"x"}\r\n0\r\n\r\n',
  'd;\0\r\n{"title":"x"}\r\n0\r\n\r\n',
  'd\r\n{"title":"x"}0\r\n\r\n',
  'd\r\n{"title":"x"}xx0\r\n\r\n',
  'd\r\n{"title":"x"}\n0\r\n\r\n',
  'fffffffffffffffff\r\n{"title":"x"}\r\n0\r\n\r\n',
  '1000000000000000d\r\n{"title":"x"}\r\n0\r\n\r\n',
  'g\r\n{"title":"x"}\r\n0\r\n\r\n',
  '\r\n{"title":"x"}\r\n0\r\n\r\n',
  '0\r\nX: y\nZ: z\r\n\r\n',
  '0\r\nX : y\r\n\r\n',
  '0\r\nContent-Length: 99\r\n\r\n',
  '0\r\nTransfer-Encoding: chunked\r\n\r\n',
  '0\r\nX: y\rZ: z\r\n\r\n',
];
const chunks: readonly Trick[] = CHUNKS.map((body) =>
  refused(`chunk ${JSON.stringify(body)}`, [CHUNKED], body + POISON),
);

/** What can be read in one way only, however it looks. */
const readInOneWay: readonly Trick[] = [
  passed('more bytes than the length', [lengthOf(BODY)], BODY + POISON, BODY),
  passed('a request as the body', [lengthOf(POISON)], POISON, POISON),
  passed('no length at all', [], POISON, ''),
  passed('length 0 and bytes after it', ['Content-Length: 0'], POISON, ''),
  passed('a length with zeros before it', ['Content-Length: 00013'], BODY, BODY),
  passed('a length with blanks around it', ['Content-Length: \t 13 \t'], BODY, BODY),
  passed('chunked in capitals', ['TRANSFER-ENCODING: CHUNKED'], `d\r\n${BODY}\r\n0\r\n\r\n`, BODY),
  passed('a tab before chunked', ['Transfer-Encoding:\tchunked'], `d\r\n${BODY}\r\n0\r\n\r\n`, BODY),
  passed('a size with zeros before it', [CHUNKED], `000d\r\n${BODY}\r\n000\r\n\r\n`, BODY),
  passed('a chunk with an extension', [CHUNKED], `d;a=b\r\n${BODY}\r\n0;c\r\n\r\n`, BODY),
  passed(
    'a host and a token among the trailers',
    [CHUNKED],
    `d\r\n${BODY}\r\n0\r\nHost: poison\r\nAuthorization: x\r\n\r\n`,
    BODY,
  ),
  passed(
    'a name that is nearly the length’s',
    [lengthOf(BODY), 'Content_Length: 3', 'X-Content-Length: 1'],
    BODY,
    BODY,
  ),
  passed(
    'a name that is nearly the coding’s',
    [lengthOf(BODY), 'Transfer_Encoding: chunked', 'TE: chunked'],
    BODY,
    BODY,
  ),
];

const cutOff: readonly Trick[] = [
  { name: 'fewer bytes than the length', bytes: post(['Content-Length: 500'], BODY), outcome: 'ignored' },
  { name: 'a chunk that never comes', bytes: post([CHUNKED], `ff\r\n${BODY}`), outcome: 'ignored' },
  { name: 'a last chunk that never comes', bytes: post([CHUNKED], `d\r\n${BODY}\r\n`), outcome: 'ignored' },
  {
    name: 'a head that never ends',
    bytes: (bearer) => post([lengthOf(BODY)], '')(bearer).slice(0, -2),
    outcome: 'ignored',
  },
];

/** Tricks with where a body ends. */
export const framingTricks: readonly Trick[] = [...both, ...codings, ...lengths, ...chunks, ...readInOneWay, ...cutOff];
