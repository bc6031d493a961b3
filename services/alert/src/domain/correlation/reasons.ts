import type { CorrelationReason } from '@soc/contracts';
import { type CorrelatedAlert, sharedLinks, type WeighedEntity } from './correlated-alert.ts';
import { edgesOf, type LinkedStory } from './desk.ts';
import type { Story } from './story.ts';

/** Reasons stored for one alert: the strongest. */
const REASONS_LIMIT = 3;

/** Why an alert joins a story: the entities it shares with members, told before it is one itself. */
export function reasonsToJoin(
  { story, links }: LinkedStory,
  { alert, occurredAtMs }: CorrelatedAlert,
): CorrelationReason[] {
  const when = distance(story, occurredAtMs);
  return links
    .slice(0, REASONS_LIMIT)
    .map((link) => reason(alert.id, story.carriers.get(link.key) ?? null, link, `shares ${told(link)}, ${when}`));
}

/** Why an alert is among those that open a story: the first for its main entity, the others for what they share with `center`. */
export function reasonsToOpen(
  story: Story,
  member: CorrelatedAlert,
  center: CorrelatedAlert,
  main: WeighedEntity,
): CorrelationReason[] {
  const { alert } = member;
  if (story.members.length === 0) {
    return [reason(alert.id, null, main, `the first alert with ${main.type} ${main.value}`)];
  }
  if (member === center) {
    return reasonsToJoin({ story, links: member.links.filter(({ key }) => story.carriers.has(key)) }, member);
  }
  return sharedLinks(member, center)
    .slice(0, REASONS_LIMIT)
    .map((link) => {
      const related = story.carriers.get(link.key) ?? center.alert.id;
      return reason(alert.id, related, link, `shares ${told(link)}, ${distance(story, member.occurredAtMs)}`);
    });
}

const reason = (
  alertId: string,
  relatedAlertId: string | null,
  { type, value }: WeighedEntity,
  explanation: string,
): CorrelationReason => ({ alertId, relatedAlertId, entityType: type, entityValue: value, explanation });

/** How common it is is told where it counts. */
const told = ({ type, value, assets }: WeighedEntity): string =>
  assets > 1 ? `${type} ${value} (seen with ${assets} assets lately)` : `${type} ${value}`;

function distance(story: Story, atMs: number): string {
  const [firstMs, lastMs] = edgesOf(story);
  if (atMs < firstMs) return `${seconds(firstMs - atMs)} before the incident began`;
  if (atMs > lastMs) return `${seconds(atMs - lastMs)} after its last alert`;
  return 'in its midst';
}

const seconds = (ms: number): string => `${Math.round(ms / 1_000)} s`;
