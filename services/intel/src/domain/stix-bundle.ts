import type { Indicator } from '@soc/contracts/intel/indicator';
import type { StixSkip } from '@soc/contracts/intel/stix';
import { StixIndicator, StixObject, strictest, tlpOfMarkings } from './stix-object.ts';
import { parseStixPattern } from './stix-pattern.ts';
import { threatsOfIndicators } from './stix-threats.ts';
import { valuesOfPattern } from './stix-values.ts';

/** One value as a bundle reports it. */
export type ImportedIndicator = Omit<Indicator, 'id' | 'tenantId' | 'source' | 'createdAt'>;

export interface BundleReading {
  /** One per type and value. */
  readonly indicators: readonly ImportedIndicator[];
  readonly skipped: readonly StixSkip[];
  /** Objects that are no indicators, by type. */
  readonly ignored: Readonly<Record<string, number>>;
}

interface Defaults {
  /** For indicators without a confidence. */
  readonly confidence: number;
  /** For indicators without times: when the bundle came. */
  readonly at: string;
}

const bounded = (labels: readonly string[]): string[] =>
  [...new Set(labels.map((label) => label.trim().slice(0, 100)))].filter(Boolean).slice(0, 50);

function describe(
  indicator: StixIndicator,
  threat: string | undefined,
  { confidence, at }: Defaults,
): Omit<ImportedIndicator, 'type' | 'value'> {
  return {
    confidence: indicator.confidence ?? confidence,
    threat: (threat ?? indicator.name)?.trim().slice(0, 256) || null,
    description: indicator.description?.slice(0, 4_000) || null,
    labels: bounded([...indicator.indicator_types, ...indicator.labels]),
    tlp: tlpOfMarkings(indicator.object_marking_refs),
    externalId: indicator.id,
    validFrom: indicator.valid_from ?? indicator.modified ?? at,
    validUntil: indicator.valid_until ?? null,
    revoked: indicator.revoked,
    modifiedAt: indicator.modified ?? at,
  };
}

interface IndicatorReading {
  readonly indicators: readonly ImportedIndicator[];
  readonly refusals: readonly string[];
}

const refused = (reason: string): IndicatorReading => ({ indicators: [], refusals: [reason] });

function readIndicator(object: unknown, threats: ReadonlyMap<string, string>, defaults: Defaults): IndicatorReading {
  const { data: indicator, error } = StixIndicator.safeParse(object);
  const [issue] = error?.issues ?? [];
  if (!indicator) return refused(`${issue?.path.join('.') ?? ''}: ${issue?.message ?? 'not an indicator'}`);
  if (indicator.pattern_type !== 'stix') return refused(`pattern_type ${indicator.pattern_type} is not read`);
  const description = describe(indicator, threats.get(indicator.id), defaults);
  if (description.validUntil !== null && description.validUntil <= description.validFrom) {
    return refused('valid_until is not after valid_from');
  }
  const parsed = parseStixPattern(indicator.pattern);
  if (!parsed.ok) return refused(`pattern: ${parsed.reason}`);
  const { values, refusals } = valuesOfPattern(parsed.pattern);
  return { indicators: values.map((value) => ({ ...value, ...description })), refusals };
}

/** The later of two ends; null is no end. */
const laterEnd = (a: string | null, b: string | null): string | null =>
  a === null || b === null ? null : a > b ? a : b;

/** Two indicators of one bundle for the same value: the value is as bad as the worse of them says, for as long as either. */
function combine(a: ImportedIndicator, b: ImportedIndicator): ImportedIndicator {
  if (a.revoked !== b.revoked) return a.revoked ? b : a;
  const [lead, other] = b.confidence > a.confidence ? [b, a] : [a, b];
  return {
    ...lead,
    threat: lead.threat ?? other.threat,
    description: lead.description ?? other.description,
    labels: bounded([...lead.labels, ...other.labels]),
    tlp: strictest(a.tlp, b.tlp),
    validFrom: a.validFrom < b.validFrom ? a.validFrom : b.validFrom,
    validUntil: laterEnd(a.validUntil, b.validUntil),
    modifiedAt: a.modifiedAt > b.modifiedAt ? a.modifiedAt : b.modifiedAt,
  };
}

function mergeByValue(indicators: readonly ImportedIndicator[]): readonly ImportedIndicator[] {
  const byValue = new Map<string, ImportedIndicator>();
  for (const indicator of indicators) {
    const key = `${indicator.type} ${indicator.value}`;
    const known = byValue.get(key);
    byValue.set(key, known ? combine(known, indicator) : indicator);
  }
  return [...byValue.values()];
}

/** Reads the objects of a STIX 2.1 bundle. Every object is accounted for: read, skipped with a reason, or counted. */
export function readBundle(objects: readonly unknown[], defaults: Defaults): BundleReading {
  const threats = threatsOfIndicators(objects);
  const indicators: ImportedIndicator[] = [];
  const skipped: StixSkip[] = [];
  const ignored = new Map<string, number>();
  objects.forEach((object, index) => {
    const { data: head } = StixObject.safeParse(object);
    if (!head) skipped.push({ id: `objects.${index}`, reason: 'no STIX object: it has no type and id' });
    else if (head.type !== 'indicator') ignored.set(head.type, (ignored.get(head.type) ?? 0) + 1);
    else {
      const reading = readIndicator(object, threats, defaults);
      indicators.push(...reading.indicators);
      const reason = reading.refusals.join('; ').slice(0, 1_000);
      if (reason) skipped.push({ id: head.id, reason });
    }
  });
  return { indicators: mergeByValue(indicators), skipped, ignored: Object.fromEntries(ignored) };
}
