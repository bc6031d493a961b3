import type { IndicatorMatch, Observable, ObservableType, Reputation, WarninglistHit } from '@soc/contracts';
import type { Candidate, Lookup } from './lookup.ts';
import { reputationOf } from './reputation.ts';

/** An indicator as a match tells of it. */
export type KnownIndicator = Pick<
  IndicatorMatch,
  'indicatorId' | 'indicatorType' | 'indicatorValue' | 'confidence' | 'threat' | 'source'
>;

/** An entry of a warninglist, with the observables its list speaks of. */
export interface KnownWarning {
  readonly list: string;
  readonly entry: string;
  readonly observableTypes: readonly ObservableType[];
}

/** What is known of the values that were looked up, by `findingKey`. */
export interface Knowledge {
  readonly indicators: ReadonlyMap<string, readonly KnownIndicator[]>;
  readonly warnings: ReadonlyMap<string, readonly KnownWarning[]>;
}

/** Everything known of some observables. */
export interface Findings {
  readonly reputation: Reputation;
  /** The most confident first. */
  readonly matches: IndicatorMatch[];
  readonly warninglistHits: WarninglistHit[];
}

/** What is known of no observables. */
export const NOTHING_FOUND: Findings = { reputation: 'unknown', matches: [], warninglistHits: [] };

/** An alert is no less malicious for having more; the rest can be looked up. */
const MAX_MATCHES = 100;

/** `kind` is an indicator type, `value` or `domain` of a warninglist, or `network` for what contains an address. */
export const findingKey = (tenantId: string, kind: string, value: string): string => `${tenantId} ${kind} ${value}`;

/** How a candidate is looked up in warninglists: whole values by equality, domains with all below them. */
export const warningKindsOf = ({ type, kind }: Candidate): readonly ('value' | 'domain')[] => [
  ...(kind === 'exact' ? (['value'] as const) : []),
  ...(type === 'domain' ? (['domain'] as const) : []),
];

function matchesOf({ observable, candidates, address }: Lookup, tenantId: string, known: Knowledge): IndicatorMatch[] {
  const told = (kind: IndicatorMatch['kind']) => (indicator: KnownIndicator) => ({ observable, kind, ...indicator });
  const equal = candidates.flatMap(({ type, value, kind }) =>
    (known.indicators.get(findingKey(tenantId, type, value)) ?? []).map(told(kind)),
  );
  const around = address === undefined ? [] : known.indicators.get(findingKey(tenantId, 'network', address));
  return [...equal, ...(around ?? []).map(told('cidr'))];
}

function hitsOf({ observable, candidates, address }: Lookup, tenantId: string, known: Knowledge): WarninglistHit[] {
  const keys = candidates.flatMap((candidate) =>
    warningKindsOf(candidate).map((kind) => findingKey(tenantId, kind, candidate.value)),
  );
  if (address !== undefined) keys.push(findingKey(tenantId, 'network', address));
  return keys
    .flatMap((key) => known.warnings.get(key) ?? [])
    .filter(({ observableTypes }) => observableTypes.includes(observable.type))
    .map(({ list, entry }) => ({ observable, list, entry }));
}

const distinct = (observables: readonly Observable[]): readonly Observable[] => [
  ...new Map(observables.map((observable) => [`${observable.type} ${observable.value}`, observable])).values(),
];

const byConfidence = (a: IndicatorMatch, b: IndicatorMatch): number =>
  b.confidence - a.confidence || (a.indicatorId < b.indicatorId ? -1 : 1);

/** Puts together what is known of some lookups; the same knowledge gives the same findings in the same order. */
export function findingsOf(lookups: readonly Lookup[], tenantId: string, known: Knowledge): Findings {
  const wanted = new Set(distinct(lookups.map(({ observable }) => observable)));
  const once = lookups.filter(({ observable }) => wanted.has(observable));
  const matches = once.flatMap((lookup) => matchesOf(lookup, tenantId, known));
  const warninglistHits = once.flatMap((lookup) => hitsOf(lookup, tenantId, known));
  return {
    reputation: reputationOf(matches, warninglistHits),
    matches: matches.toSorted(byConfidence).slice(0, MAX_MATCHES),
    warninglistHits: warninglistHits.slice(0, MAX_MATCHES),
  };
}
