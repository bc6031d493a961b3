/** An id that fits every contract, so that nothing is refused for its form. */
const ID = '00000000-0000-7000-8000-00000000abcd';

export const plainPath = (url: string): string => url.replaceAll(/:\w+/g, ID).replaceAll('*', ID);

const eachSegment = (path: string, change: (segment: string) => string): readonly string[] => {
  const parts = path.split('/');
  return parts.flatMap((part, index) => (part === '' ? [] : [parts.with(index, change(part)).join('/')]));
};

const percent = (char: string): string => `%${char.charCodeAt(0).toString(16).padStart(2, '0')}`;
const encoded = (text: string): string => text.split('').map(percent).join('');

/** What is put at the end of a path, or of a segment. */
const SUFFIXES = [
  '/',
  '//',
  '/.',
  '/..',
  '/%2e',
  '/%2e%2e',
  '/..%2f',
  '/..;/',
  ';',
  ';x=y',
  ';/x',
  '.',
  '..',
  '.json',
  '%20',
  '%09',
  '%00',
  '%00.json',
  '%0a',
  '%0d%0a',
  '%3f',
  '%3fx=y',
  '%23',
  '#',
  '#/x',
  '\\',
  '%5c',
  '%',
  '%2',
  '%zz',
  '%u002f',
  '%c0%af',
  '%c0%ae%c0%ae',
  '%e0%80%af',
  '%ff',
  '%ef%bc%8f',
  '\xa0',
  '~',
  '*',
  ':',
  ',',
] as const;

/** Between `/api/v1` and the rest, or before all of it. */
const INFIXES = [
  '//',
  '/./',
  '/x/../',
  '/%2e/',
  '/x/%2e%2e/',
  '/x/..%2f',
  '/%2f',
  '%2f',
  '%2F',
  '%252f',
  '\\',
  '/\\',
  '%5c',
  '/;/',
  ';/',
  '/;x=y/',
  '/..;/',
  '/%00/',
  '/%09/',
  '%c0%af',
  '%e0%80%af',
  '%ef%bc%8f',
] as const;

/** Ways to write the path of a route that another reader of it may take for another route. */
export function pathTricks(url: string): readonly string[] {
  const path = plainPath(url);
  const afterPrefix = path.replace(/^\/api\/v1/, '');
  return [
    ...SUFFIXES.map((suffix) => path + suffix),
    ...INFIXES.flatMap((infix) => [
      `${infix.startsWith('/') ? '' : '/'}${infix}${path.slice(1)}`,
      `/api/v1${infix}${afterPrefix.slice(1)}`,
      path.replace(/\/([^/]*)$/, `${infix}$1`),
    ]),
    ...eachSegment(path, (segment) => segment.toUpperCase()),
    ...eachSegment(path, encoded),
    ...eachSegment(path, (segment) => percent(segment.charAt(0)) + segment.slice(1)),
    ...eachSegment(path, (segment) => `%25${percent(segment.charAt(0)).slice(1)}${segment.slice(1)}`),
    ...eachSegment(path, (segment) => `${segment};x=y`),
    ...eachSegment(path, (segment) => `${segment}.`),
    `/${path.slice(1).replaceAll('/', '%2f')}`,
    path.replaceAll('/', '//'),
    `/${path.slice(1).replaceAll('/', '\\')}`,
    `/metrics/..${path}`,
    `/metrics/..%2f..${path}`,
    `/health/../..${path}`,
    `/docs/..;${path}`,
    `/services/health/..%2f..${path}`,
    `/admin/..${path}`,
    `/api/v1/auth/login/../../..${path}`,
    `/api/v1/auth/login%2f..%2f..%2f..${path}`,
    `/api/v1/auth/login;${path}`,
    `/api/v1/auth/login?${path}`,
    `/api/v1/auth/login#${path}`,
    `http://127.0.0.1${path}`,
    `http://evil.example${path}`,
  ];
}
