import type { MetricPoint } from '../metric-point.ts';

/**
 * What has a meaning in line protocol or in Flux and no escape in one of them, or, as `=`, not the same in a name as in a tag: control
 * characters, double quotes, backslashes, the `$` of interpolation, the `#` of a comment; and `%` itself.
 */
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const UNSAFE = /[\u0000-\u001f\u007f"#$%=\\]/g;

const hex = (character: string): string => character.charCodeAt(0).toString(16).toUpperCase().padStart(2, '0');

/**
 * A text as it lies in InfluxDB: unsafe characters as `%XX`, and nothing, which line protocol has no way to say, as a lone `%`. No
 * text can leave a Flux literal or a line.
 */
export const encodeText = (text: string): string =>
  text === '' ? '%' : text.replaceAll(UNSAFE, (character) => `%${hex(character)}`);

export const decodeText = (stored: string): string =>
  stored === '%'
    ? ''
    : stored.replaceAll(/%([0-9A-F]{2})/g, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));

/** The tag of a label. A prefix keeps labels apart from `tenant` and from the columns of Flux. */
export const tagOf = (label: string): string => `label.${encodeText(label)}`;

const escaped = (text: string): string => text.replaceAll(/[ ,]/g, String.raw`\$&`);

const TIES = 1_000_000;

/**
 * A point as a line. InfluxDB knows a point by its series and its time, and a later one takes the place of an earlier, so points of the
 * same millisecond differ in their nanoseconds: `arrival`, a number that each point has alone, tells them, and the same
 * line sent twice is one point.
 */
export function toLine({ tenantId, name, at, value, labels }: MetricPoint, arrival: number): string {
  const tags = Object.entries(labels).map(([label, text]) => `,${escaped(tagOf(label))}=${escaped(encodeText(text))}`);
  const tie = String(arrival % TIES).padStart(6, '0');
  // Points before 1970 are not kept, so the digits can stand side by side.
  return `${escaped(encodeText(name))},tenant=${tenantId}${tags.join('')} value=${value} ${Date.parse(at)}${tie}`;
}
