import { type Alert, type Incident, severityRank } from '@soc/contracts';
import { mergedAway } from '../reshape-incident.ts';
import { byEventTime, type CorrelatedAlert, sharedLinks, type WeighedEntity } from './correlated-alert.ts';
import { type CorrelationSettings, createDesk, type Desk, edgesOf, type LinkedStory } from './desk.ts';
import { unionOf } from './growth.ts';
import { reasonsToJoin, reasonsToOpen } from './reasons.ts';
import { absorb, isTouched, join, type KnownIncident, knownStory, newStory, type Story } from './story.ts';

export interface CorrelationInput {
  /** Alerts that have just been analysed. */
  readonly alerts: readonly CorrelatedAlert[];
  /** Alerts in no incident that name some of the same entities. */
  readonly loose: readonly CorrelatedAlert[];
  /** Incidents that know some of the same entities, and those the alerts are in. */
  readonly incidents: readonly KnownIncident[];
  readonly settings: CorrelationSettings;
  readonly newId: () => string;
  readonly at: string;
}

/** A stored incident that gave its members to another. */
export interface Absorbed {
  readonly incident: Incident;
  readonly intoId: string;
}

export interface CorrelationOutcome {
  /** Stories that opened or changed, each with what is new about it. */
  readonly stories: readonly Story[];
  /** In the order in which they must be applied. */
  readonly absorbed: readonly Absorbed[];
}

/**
 * Decides which alerts tell one story.
 *
 * An alert joins an open incident with which it shares entities of enough weight, within the window before or after it by
 * event time. One that would stretch the incident past the longest span locks it instead. An alert that fits several
 * incidents bridges them: those nobody has touched are merged into the oldest, or into the one that somebody has. Where
 * there is none to join, alerts that share entities open one, if two of them differ in fingerprint and are more than
 * informational; informational ones only ever join.
 */
export function correlate(input: CorrelationInput): CorrelationOutcome {
  const desk = createDesk(input.settings, input.incidents.map(knownStory), input.loose);
  const absorbed: Absorbed[] = [];
  for (const alert of input.alerts.toSorted(byEventTime)) {
    if (alert.alert.incidentId !== null) learnTechniques(desk, alert.alert);
    else if (mayBePlaced(alert.alert)) place(desk, alert, input, absorbed);
  }
  for (const story of desk.stories) finish(story, input.at);
  return { stories: [...desk.stories].filter(isChanged), absorbed };
}

function finish(story: Story, at: string): void {
  const { known, incident } = story;
  if (known && isChanged(story)) story.incident = { ...incident, updatedAt: at, version: incident.version + 1 };
}

/** What is closed is told, and what somebody suppressed is not to be: even where a person had it analysed. */
export const mayBePlaced = ({ status, suppressedBy }: Alert): boolean =>
  status !== 'closed' && (suppressedBy ?? null) === null;

/** Informational alerts only ever join. */
export const mayOpen = ({ severity }: Alert): boolean => severity !== 'informational';

const isChanged = ({ known, incident }: Story): boolean => known?.incident !== incident;

/** A later analysis may name techniques that its incident does not list yet. */
function learnTechniques(desk: Desk, { incidentId, tactics, techniques }: Alert): void {
  const story = [...desk.stories].find(({ incident }) => incident.id === incidentId);
  if (!story) return;
  const { incident } = story;
  const learned = { tactics: unionOf(incident.tactics, tactics), techniques: unionOf(incident.techniques, techniques) };
  const isNew = learned.tactics !== incident.tactics || learned.techniques !== incident.techniques;
  if (isNew) story.incident = { ...incident, ...learned };
}

function place(desk: Desk, alert: CorrelatedAlert, input: CorrelationInput, absorbed: Absorbed[]): void {
  const linked = desk.storiesOf(alert);
  const fitting = linked.filter(({ story }) => desk.fits(story, alert.occurredAtMs, alert.occurredAtMs));
  for (const { story } of linked) {
    const isPast = alert.occurredAtMs > edgesOf(story)[1];
    if (isPast && !fitting.some((one) => one.story === story)) story.incident = { ...story.incident, locked: true };
  }
  const chosen = chooseStory(fitting);
  if (chosen) {
    join(chosen.story, alert, reasonsToJoin(chosen, alert));
    desk.noteMember(chosen.story, alert);
    mergeOthers(desk, chosen.story, fitting, input, absorbed);
    gatherLoose(desk, chosen.story);
    return;
  }
  const story = open(desk, alert, input);
  if (!story) desk.addLoose(alert);
}

/** One that somebody has worked on comes first, then the one opened first. */
const chooseStory = (linked: readonly LinkedStory[]): LinkedStory | undefined =>
  linked.toSorted(
    (a, b) =>
      Number(isTouched(b.story)) - Number(isTouched(a.story)) || (a.story.incident.id < b.story.incident.id ? -1 : 1),
  )[0];

function mergeOthers(
  desk: Desk,
  into: Story,
  linked: readonly LinkedStory[],
  { at }: CorrelationInput,
  absorbed: Absorbed[],
): void {
  for (const { story } of linked) {
    if (story === into || isTouched(story) || !desk.fits(into, ...edgesOf(story))) continue;
    absorb(into, story);
    desk.drop(story);
    desk.addStory(into);
    if (!story.known) continue;
    absorbed.push({ incident: mergedAway(story.known.incident, into.incident.id, at), intoId: into.incident.id });
  }
}

function open(desk: Desk, alert: CorrelatedAlert, { newId, at }: CorrelationInput): Story | undefined {
  const members = [alert, ...desk.looseOf(alert)].toSorted(byEventTime);
  const openers = members.filter((member) => mayOpen(member.alert));
  const fingerprints = new Set(openers.map((opener) => opener.alert.fingerprint));
  if (!openers.includes(alert) || fingerprints.size < 2) return undefined;
  const [namesake] = openers.toSorted((a, b) => severityRank(b.alert.severity) - severityRank(a.alert.severity));
  const main = mainLink(alert, openers);
  if (!namesake || !main) return undefined;

  const story = newStory(namesake, main, newId(), at);
  for (const member of members) {
    if (!desk.fits(story, member.occurredAtMs, member.occurredAtMs)) continue;
    join(story, member, reasonsToOpen(story, member, alert, main));
    desk.noteMember(story, member);
  }
  desk.addStory(story);
  gatherLoose(desk, story);
  return story;
}

/** The strongest entity that the alert shares with any of the others. */
function mainLink(alert: CorrelatedAlert, others: readonly CorrelatedAlert[]): WeighedEntity | undefined {
  const shared = others.filter((other) => other !== alert).flatMap((other) => sharedLinks(alert, other));
  return shared.toSorted((a, b) => b.weight - a.weight)[0];
}

/**
 * Loose alerts that fit what a story has become belong to it as well, and so on: as if each had come after what links it.
 */
function gatherLoose(desk: Desk, story: Story): void {
  for (let count = -1; count < story.members.length;) {
    count = story.members.length;
    for (const next of desk.looseNear(story)) {
      const linked = desk.storiesOf(next).find((one) => one.story === story);
      if (!linked || !desk.fits(story, next.occurredAtMs, next.occurredAtMs)) continue;
      join(story, next, reasonsToJoin(linked, next));
      desk.noteMember(story, next);
    }
  }
}
