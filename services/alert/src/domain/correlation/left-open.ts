import { type CorrelationOutcome, mayBePlaced, mayOpen } from './correlate.ts';
import type { CorrelatedAlert } from './correlated-alert.ts';
import { edgesOf, isJoinable } from './desk.ts';
import { type EntitySpan, entitySpans, storySpans } from './entity-spans.ts';
import type { KnownIncident } from './story.ts';

/** Where loose alerts are to be looked for; `openersOnly` when informational ones would change nothing. */
export interface LooseSpan extends EntitySpan {
  readonly openersOnly: boolean;
}

/** The alerts whose place correlation is to find. */
export const isPlaceable = ({ alert }: CorrelatedAlert): boolean => alert.incidentId === null && mayBePlaced(alert);

/**
 * Where loose alerts may lie that would make a decision another one: around the stories that it changes by all their
 * entities, and around alerts that it leaves loose though they could open a story with another.
 */
export function leftOpen(
  { stories }: CorrelationOutcome,
  alerts: readonly CorrelatedAlert[],
  windowMs: number,
): readonly LooseSpan[] {
  const placed = new Set(stories.flatMap(({ members }) => members.map(({ alertId }) => alertId)));
  const seekers = alerts.filter((one) => isPlaceable(one) && mayOpen(one.alert) && !placed.has(one.alert.id));
  return [
    ...stories.filter(isJoinable).flatMap((story) => marked(storySpans(story, windowMs), false)),
    ...marked(entitySpans(seekers, windowMs), true),
  ];
}

/**
 * Stored incidents that a decision lets reach further where alerts may lie already. Nothing has occurred after `now`, so an
 * incident that merely goes on is none of them.
 */
export const grownIntoThePast = ({ stories }: CorrelationOutcome, windowMs: number, now: string): readonly string[] =>
  stories.filter(isJoinable).flatMap((story) => {
    const { known } = story;
    if (!known) return [];
    const [[firstMs, lastMs], [knownFirstMs, knownLastMs]] = [edgesOf(story), edgesOf(known)];
    const isGrown = firstMs < knownFirstMs || (lastMs > knownLastMs && knownLastMs + windowMs <= Date.parse(now));
    return isGrown ? [known.incident.id] : [];
  });

/** Where an incident has taken in whatever it can: each that joined or grew it looked there. */
export const settled = (incidents: readonly KnownIncident[], windowMs: number): readonly EntitySpan[] =>
  incidents.filter(isJoinable).flatMap((incident) => storySpans(incident, windowMs));

const marked = (spans: readonly EntitySpan[], openersOnly: boolean): readonly LooseSpan[] =>
  spans.map((span) => ({ ...span, openersOnly }));
