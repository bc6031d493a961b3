import { type Alert, type Severity, severityRank } from '@soc/contracts';
import { entitiesOf, type Entity } from '../entity.ts';
import { isBoilerplate } from './boilerplate.ts';

/** After this long an alert counts half. */
const HALF_LIFE_MS = 86_400_000;

/** Days are counted from here, so that their powers of two are numbers a double can tell apart. */
const ORIGIN_MS = Date.UTC(2020, 0, 1);

const POINTS: readonly number[] = [1, 5, 15, 40, 80];

/** What an alert adds to the risk of each entity it names, at the time it happens. */
export const pointsOf = (severity: Severity): number => POINTS[severityRank(severity)] ?? 0;

const daysOf = (atMs: number): number => (atMs - ORIGIN_MS) / HALF_LIFE_MS;

/** Log₂(2ᵃ + 2ᵇ): the sum of two risks as they are kept. Commutes and associates, so no order of arrival gives another sum. */
export const addLogs = (a: number, b: number): number => Math.max(a, b) + Math.log2(1 + 2 ** -Math.abs(a - b));

/** Points at a time, as they are kept. */
export const logOf = (points: number, atMs: number): number => Math.log2(points) + daysOf(atMs);

/** The risk at a time of what is kept. */
export const riskAt = (logRisk: number, atMs: number): number => 2 ** (logRisk - daysOf(atMs));

/** Who or what an analyst would look after: not a file, and not a name that is on every machine. */
const isAtRisk = ({ type, value }: Entity): boolean =>
  (type === 'host' || type === 'user' || type === 'ip' || type === 'email') && !isBoilerplate(type, value);

/** What some alerts add to the risk of an entity. */
export interface AddedRisk extends Entity {
  readonly logRisk: number;
  readonly alertCount: number;
  readonly lastAt: string;
}

/** When an alert counts from: an event that is dated ahead of its arrival would never fade. */
export const countsFrom = ({ occurredAt, receivedAt }: Pick<Alert, 'occurredAt' | 'receivedAt'>): string =>
  Date.parse(occurredAt) <= Date.parse(receivedAt) ? occurredAt : receivedAt;

/** What alerts add to each of their entities, in the order of the keys. */
export function risksOf(alerts: readonly Alert[]): readonly AddedRisk[] {
  const risks = new Map<string, AddedRisk>();
  for (const alert of alerts) {
    const at = countsFrom(alert);
    const logRisk = logOf(pointsOf(alert.severity), Date.parse(at));
    for (const entity of entitiesOf(alert).filter(isAtRisk)) {
      const known = risks.get(entity.key);
      risks.set(entity.key, {
        ...entity,
        logRisk: known ? addLogs(known.logRisk, logRisk) : logRisk,
        alertCount: (known?.alertCount ?? 0) + 1,
        lastAt: known && known.lastAt > at ? known.lastAt : at,
      });
    }
  }
  return [...risks.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1));
}
