/** A measured value of a tenant, as it is kept. */
export interface MetricPoint {
  readonly tenantId: string;
  readonly name: string;
  /** RFC 3339 in UTC with milliseconds. */
  readonly at: string;
  readonly value: number;
  readonly labels: Readonly<Record<string, string>>;
}

export type PointRefusal =
  | 'name_too_long'
  | 'too_many_labels'
  | 'label_too_long'
  | 'value_out_of_range'
  | 'time_out_of_range'
  | 'too_old';

const MAX_NAME_CHARACTERS = 200;
const MAX_LABELS = 20;
const MAX_LABEL_NAME_CHARACTERS = 200;
const MAX_LABEL_VALUE_CHARACTERS = 300;
/** The sum of any number of these is a number still, and their average no less than the least that a number can be. */
const [LEAST, MOST] = [1e-150, 1e150];
/** A clock may be a little ahead; what lies further in the future would never be forgotten. */
const MAX_AHEAD_MS = 86_400_000;

/** PostgreSQL has no NUL in a text, and UTF-8 no half of a surrogate pair. */
const storable = (text: string): string => text.toWellFormed().replaceAll('\0', '\ufffd');

/** The point as every adapter keeps it, or why none of them does: too much of it, or a time that no store would keep. */
export function keepPoint(
  point: MetricPoint,
  bounds: { readonly now: Date; readonly keptSince: Date },
): { readonly ok: true; readonly point: MetricPoint } | { readonly ok: false; readonly refusal: PointRefusal } {
  const refuse = (refusal: PointRefusal) => ({ ok: false, refusal }) as const;
  const atMs = Date.parse(point.at);
  const labels = Object.entries(point.labels);
  if (point.name.length === 0 || point.name.length > MAX_NAME_CHARACTERS) return refuse('name_too_long');
  if (labels.length > MAX_LABELS) return refuse('too_many_labels');
  const isTooLong = ([name, value]: readonly [string, string]): boolean =>
    name.length > MAX_LABEL_NAME_CHARACTERS || value.length > MAX_LABEL_VALUE_CHARACTERS;
  if (labels.some(isTooLong)) return refuse('label_too_long');
  if (Math.abs(point.value) > MOST) return refuse('value_out_of_range');
  if (!(atMs >= 0 && atMs <= bounds.now.getTime() + MAX_AHEAD_MS)) return refuse('time_out_of_range');
  if (atMs < bounds.keptSince.getTime()) return refuse('too_old');
  return {
    ok: true,
    point: {
      tenantId: point.tenantId,
      name: storable(point.name),
      at: new Date(atMs).toISOString(),
      value: Math.abs(point.value) < LEAST ? 0 : point.value,
      labels: Object.fromEntries(
        labels.map(([name, value]) => [storable(name), storable(value)] as const).toSorted(byName),
      ),
    },
  };
}

/** The same labels are the same text, whatever their order was. */
const byName = ([a]: readonly [string, string], [b]: readonly [string, string]): number => (a < b ? -1 : 1);
