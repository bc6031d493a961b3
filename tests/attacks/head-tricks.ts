import type { Bearer, Trick } from './framing-tricks.ts';
import { lines } from './raw-http.ts';

const PATH = '/api/v1/alerts';

const request =
  (first: string, fields: (bearer: Bearer) => readonly string[] = () => []) =>
  (bearer: Bearer): string =>
    lines(first, `Host: ${bearer.host}`, `Authorization: ${bearer.authorization}`, ...fields(bearer), '');

const refused = (name: string, bytes: Trick['bytes']): Trick => ({ name, bytes, outcome: 'refused' });
const passed = (name: string, bytes: Trick['bytes']): Trick => ({ name, bytes, outcome: { body: '' } });

/** First lines that are none, or that name what is not here. */
const FIRST_LINES: readonly string[] = [
  'get /api/v1/alerts HTTP/1.1',
  'GETX /api/v1/alerts HTTP/1.1',
  'G ET /api/v1/alerts HTTP/1.1',
  'GET\t/api/v1/alerts HTTP/1.1',
  'GET /api/v1/alerts',
  'GET /api/v1/alerts HTTP/0.9',
  'GET /api/v1/alerts HTTP/1.2',
  'GET /api/v1/alerts HTTP/2.0',
  'GET /api/v1/alerts HTTP/9.9',
  'GET /api/v1/alerts http/1.1',
  'GET /api/v1/alerts HTTP/1.1 x',
  'GET /api/v1/alerts HTTP/1.',
  'GET /api/v1/alerts HTTPS/1.1',
  'GET /api/v1/alerts ICE/1.0',
  'GET /api/v1/al erts HTTP/1.1',
  'GET /api/v1/alerts?q=\0 HTTP/1.1',
  'GET /api/v1/alerts\0 HTTP/1.1',
  'GET /api/v1/alerts?q=\x01 HTTP/1.1',
  'GET /api/v1/alerts?q=\x7f HTTP/1.1',
  'GET /api/v1/alerts?q=\rx HTTP/1.1',
  'GET api/v1/alerts HTTP/1.1',
  'GET * HTTP/1.1',
  'OPTIONS * HTTP/1.1',
  'TRACE /api/v1/alerts HTTP/1.1',
  'GET 127.0.0.1:22 HTTP/1.1',
  'PRI * HTTP/2.0',
  'SOURCE /api/v1/alerts ICE/1.0',
  'PROPFIND /api/v1/alerts HTTP/1.1',
  'GET ftp://127.0.0.1/api/v1/alerts HTTP/1.1',
  'GET file:///etc/passwd HTTP/1.1',
  'GET gopher://127.0.0.1:6379/_INFO HTTP/1.1',
  'GET http:///api/v1/alerts HTTP/1.1',
  'GET http:/api/v1/alerts HTTP/1.1',
  'GET http:api/v1/alerts HTTP/1.1',
  'GET //api/v1/alerts HTTP/1.1',
  'GET /\\api/v1/alerts HTTP/1.1',
  'GET @127.0.0.1/api/v1/alerts HTTP/1.1',
  'GET :80/api/v1/alerts HTTP/1.1',
  'GET ?q=1 HTTP/1.1',
  'GET #/api/v1/alerts HTTP/1.1',
  'GET http://127.0.0.1:22/api/v1/alerts HTTP/1.1',
  'GET http://evil.example/api/v1/alerts HTTP/1.1',
  'GET http://user@evil.example/api/v1/alerts HTTP/1.1',
  'GET http://evil.example?/api/v1/alerts HTTP/1.1',
  'GET http://evil.example#/api/v1/alerts HTTP/1.1',
  'GET http://evil.example\\/api/v1/alerts HTTP/1.1',
  'GET https://evil.example//api/v1/alerts HTTP/1.1',
];

/** Heads with a line that is no field. */
const FIELDS: readonly string[] = [
  'X-Folded: a\r\n b',
  'X-Folded: a\r\n\tb',
  'X-Folded:\r\n a',
  ' X-First: folded',
  'X-Name with blank: a',
  'X-Name : a',
  ': a',
  'no colon',
  'X-NUL: a\0b',
  'X-NUL\0: a',
  'X-CR: a\rb',
  'X-CR: a\r\r\nX-Poison: b',
  'X-LF: a\nX-Poison: b',
  'X-VT: a\vb',
  'X-BEL: a\x07b',
  'X-DEL: a\x7fb',
  'X(Comment): a',
  'X"Quoted": a',
  'X\x80: a',
  'X,Y: a',
  'X/Y: a',
  '{X}: a',
  'GET /api/v1/alerts?q=poison HTTP/1.1',
];

const hosts: readonly Trick[] = [
  refused(
    'two hosts',
    request(`GET ${PATH} HTTP/1.1`, () => ['Host: poison']),
  ),
  refused(
    'the same host twice',
    request(`GET ${PATH} HTTP/1.1`, ({ host }) => [`Host: ${host}`]),
  ),
  refused('a host that is none', ({ authorization }) =>
    lines(`GET ${PATH} HTTP/1.1`, 'Host: a b', `Authorization: ${authorization}`, ''),
  ),
  refused('no host', ({ authorization }) => lines(`GET ${PATH} HTTP/1.1`, `Authorization: ${authorization}`, '')),
  refused('a host after a blank', ({ host, authorization }) =>
    lines(`GET ${PATH} HTTP/1.1`, ` Host: ${host}`, `Authorization: ${authorization}`, ''),
  ),
];

const sizes: readonly Trick[] = [
  refused(
    'a field of 20 KB',
    request(`GET ${PATH} HTTP/1.1`, () => [`X-Big: ${'x'.repeat(20_000)}`]),
  ),
  refused(
    'a field name of 20 KB',
    request(`GET ${PATH} HTTP/1.1`, () => [`${'X'.repeat(20_000)}: a`]),
  ),
  refused('a target of 20 KB', request(`GET ${PATH}?q=${'x'.repeat(20_000)} HTTP/1.1`)),
  refused(
    '5,000 fields',
    request(`GET ${PATH} HTTP/1.1`, () => Array.from({ length: 5_000 }, (_, n) => `X${n}: a`)),
  ),
  refused('3,000 fields of four bytes before a second length', ({ host, authorization }) =>
    lines(
      `POST ${PATH} HTTP/1.1`,
      `Host: ${host}`,
      `Authorization: ${authorization}`,
      'Content-Length: 2',
      ...Array.from({ length: 3_000 }, () => 'a:'),
      'Content-Length: 0',
      '',
    ),
  ),
];

const LISTED = ['authorization', 'host', 'x-request-id', 'traceparent', 'x-forwarded-for', 'content-length', 'x'];
const readInOneWay: readonly Trick[] = [
  ...LISTED.map((name) =>
    passed(
      `Connection: ${name}`,
      request(`GET ${PATH} HTTP/1.1`, () => [`Connection: ${name}`]),
    ),
  ),
  passed(
    'a Connection that lists them all',
    request(`GET ${PATH} HTTP/1.1`, () => [`Connection: close, ${LISTED.join()}`]),
  ),
  passed(
    'an upgrade to h2c',
    request(`GET ${PATH} HTTP/1.1`, () => [
      'Connection: Upgrade, HTTP2-Settings',
      'Upgrade: h2c',
      'HTTP2-Settings: AAMAAABkAARAAAAAAAIAAAAA',
    ]),
  ),
  passed(
    'a proxy’s own credentials',
    request(`GET ${PATH} HTTP/1.1`, () => ['Proxy-Authorization: Basic YTpi', 'Proxy-Connection: keep-alive']),
  ),
  passed('empty lines before the request', (bearer) => `\r\n\r\n${request(`GET ${PATH} HTTP/1.1`)(bearer)}`),
  passed('another protocol of the same form', request(`GET ${PATH} RTSP/1.0`)),
  passed('HTTP/1.0', request(`GET ${PATH} HTTP/1.0`)),
  passed(
    'an expectation without a body',
    request(`GET ${PATH} HTTP/1.1`, () => ['Expect: 100-continue']),
  ),
];

/** There is no tunnel: Node ends the connection without a word. */
const tunnels: readonly Trick[] = ['127.0.0.1:22', PATH].map((target) => ({
  name: `CONNECT ${target}`,
  bytes: request(`CONNECT ${target} HTTP/1.1`),
  outcome: 'ignored',
}));

const expectations: readonly Trick[] = [
  {
    name: 'an expectation before its body',
    bytes: ({ host, authorization }) =>
      `${lines(`POST ${PATH} HTTP/1.1`, `Host: ${host}`, `Authorization: ${authorization}`, 'Expect: 100-continue', 'Content-Length: 2', '')}{}`,
    outcome: { body: '{}' },
  },
  refused(
    'an expectation nobody knows',
    request(`GET ${PATH} HTTP/1.1`, () => ['Expect: 200-ok']),
  ),
  refused(
    'an expectation with a coding beside a length',
    (bearer) =>
      `${request(`POST ${PATH} HTTP/1.1`, () => ['Expect: 100-continue', 'Content-Length: 2', 'Transfer-Encoding: chunked'])(bearer)}0\r\n\r\n`,
  ),
];

/** Tricks with the first line and the fields of a request. */
export const headTricks: readonly Trick[] = [
  ...FIRST_LINES.map((first) => refused(JSON.stringify(first), request(first))),
  ...FIELDS.map((field) =>
    refused(
      `the field ${JSON.stringify(field)}`,
      request(`GET ${PATH} HTTP/1.1`, () => [field]),
    ),
  ),
  ...hosts,
  ...sizes,
  ...readInOneWay,
  ...tunnels,
  ...expectations,
];
