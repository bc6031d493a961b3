import { type CorrelationReason, severityRank } from '@soc/contracts';
import { byEventTime, type CorrelatedAlert, type WeighedEntity } from './correlated-alert.ts';
import { edgesOf } from './desk.ts';
import { pointsOf } from './risk.ts';
import { join, newStory, type Story } from './story.ts';

/** An entity whose risk has reached what opens an incident. */
export interface RiskyEntity {
  readonly entity: WeighedEntity;
  readonly risk: number;
  readonly threshold: number;
}

/**
 * The incident of an entity whose alerts add up, however far apart they lie: those in no incident, if there are several. One
 * that spans the longest time already is locked.
 */
export function riskStory(
  { entity, risk, threshold }: RiskyEntity,
  alerts: readonly CorrelatedAlert[],
  given: { readonly newId: () => string; readonly at: string; readonly maxSpanMs: number },
): Story | undefined {
  const members = alerts.toSorted(byEventTime);
  const [namesake] = members.toSorted((a, b) => severityRank(b.alert.severity) - severityRank(a.alert.severity));
  if (!namesake || members.length < 2) return undefined;
  const story = newStory(namesake, entity, given.newId(), given.at);
  const { type: entityType, value: entityValue } = entity;
  const reached = `the risk of ${entityType} ${entityValue}, which reached ${Math.round(risk)} of ${threshold}`;
  let relatedAlertId: string | null = null;
  for (const member of members) {
    const { id: alertId, severity } = member.alert;
    const explanation = `adds ${pointsOf(severity)} to ${reached}`;
    const reason: CorrelationReason = { alertId, relatedAlertId, entityType, entityValue, explanation };
    join(story, member, [reason]);
    relatedAlertId = alertId;
  }
  const [firstMs, lastMs] = edgesOf(story);
  if (lastMs - firstMs > given.maxSpanMs) story.incident = { ...story.incident, locked: true };
  return story;
}
