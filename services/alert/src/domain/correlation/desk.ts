import { byEventTime, type CorrelatedAlert, sharedLinks, type WeighedEntity, weightOfAll } from './correlated-alert.ts';
import type { Story } from './story.ts';
import { LINK_WEIGHT, mayBeHub } from './weight.ts';

export interface CorrelationSettings {
  /** Longest time between an alert and the nearest edge of its incident. */
  readonly windowMs: number;
  /** Longest span of an incident. */
  readonly maxSpanMs: number;
  /** An address, domain or account that ties more assets than this together is a hub, and ties no more. */
  readonly hubAssets: number;
}

/** A story an alert may join, and the entities that say so. */
export interface LinkedStory {
  readonly story: Story;
  readonly links: readonly WeighedEntity[];
}

/** The stories and the loose alerts of one call of `correlate`, found by the entities they name. */
export function createDesk(settings: CorrelationSettings, known: readonly Story[], loose: readonly CorrelatedAlert[]) {
  const stories = new Set<Story>(known);
  const storiesByKey = new Map<string, Set<Story>>();
  const looseByKey = new Map<string, Set<CorrelatedAlert>>();

  const indexStory = (story: Story): void => {
    for (const key of story.carriers.keys()) addTo(storiesByKey, key, story);
  };
  const addLoose = (alert: CorrelatedAlert): void => {
    for (const { key } of alert.links) addTo(looseByKey, key, alert);
  };
  known.forEach(indexStory);
  loose.forEach(addLoose);

  const isHub = (entity: WeighedEntity): boolean =>
    mayBeHub(entity) &&
    [...(storiesByKey.get(entity.key) ?? [])].some(({ assetCount }) => assetCount > settings.hubAssets);

  const isNear = (story: Story, atMs: number): boolean => {
    const [firstMs, lastMs] = edgesOf(story);
    return atMs >= firstMs - settings.windowMs && atMs <= lastMs + settings.windowMs;
  };

  const storiesOf = (alert: CorrelatedAlert): readonly LinkedStory[] => {
    const linked = new Map<Story, WeighedEntity[]>();
    for (const link of alert.links) {
      if (isHub(link)) continue;
      for (const story of storiesByKey.get(link.key) ?? []) linked.set(story, [...(linked.get(story) ?? []), link]);
    }
    return [...linked]
      .map(([story, links]) => ({ story, links }))
      .filter(({ story, links }) => weightOfAll(links) >= LINK_WEIGHT && isNear(story, alert.occurredAtMs))
      .filter(({ story }) => isJoinable(story));
  };

  return {
    stories,
    addLoose,
    addStory: (story: Story): void => {
      stories.add(story);
      indexStory(story);
    },
    /** After an alert joined: later ones find the story by the alert's entities too. */
    noteMember: (story: Story, member: CorrelatedAlert): void => {
      for (const { key } of member.links) {
        addTo(storiesByKey, key, story);
        const others = looseByKey.get(key);
        others?.delete(member);
        if (others?.size === 0) looseByKey.delete(key);
      }
    },
    drop: (story: Story): void => {
      stories.delete(story);
      for (const key of story.carriers.keys()) storiesByKey.get(key)?.delete(story);
    },

    /** The open stories that share enough with an alert, near it in time. */
    storiesOf,

    /** The alerts in no incident for which a story is among `storiesOf`, in the order of events. */
    looseNear: (story: Story): readonly CorrelatedAlert[] => {
      const { carriers } = story;
      // A batch that joins what is told already leaves nothing loose: then this costs nothing, however large the story.
      const keys = looseByKey.size < carriers.size ? [...looseByKey.keys()] : [...carriers.keys()];
      const named = new Set(keys.flatMap((key) => (carriers.has(key) ? [...(looseByKey.get(key) ?? [])] : [])));
      return [...named]
        .filter((alert) => isNear(story, alert.occurredAtMs) && storiesOf(alert).some((one) => one.story === story))
        .toSorted(byEventTime);
    },

    /** The alerts in no incident that share enough with an alert, near it in time. */
    looseOf: (alert: CorrelatedAlert): readonly CorrelatedAlert[] => {
      const links = alert.links.filter((link) => !isHub(link));
      const near = new Set(links.flatMap(({ key }) => [...(looseByKey.get(key) ?? [])]));
      near.delete(alert);
      return [...near].filter(
        (other) =>
          Math.abs(other.occurredAtMs - alert.occurredAtMs) <= settings.windowMs &&
          weightOfAll(sharedLinks({ ...alert, links }, other)) >= LINK_WEIGHT,
      );
    },

    /** Whether the story would still fit into the longest span. */
    fits: (story: Story, firstMs: number, lastMs: number): boolean => {
      const [storyFirstMs, storyLastMs] = edgesOf(story);
      return Math.max(storyLastMs, lastMs) - Math.min(storyFirstMs, firstMs) <= settings.maxSpanMs;
    },
  };
}

export type Desk = ReturnType<typeof createDesk>;

/** Event time of the first and the last member. */
export const edgesOf = ({ incident }: Pick<Story, 'incident'>): readonly [number, number] => [
  Date.parse(incident.firstSeenAt),
  Date.parse(incident.lastSeenAt),
];

/** Whether correlation may still add to it. */
export const isJoinable = ({ incident }: Pick<Story, 'incident'>): boolean =>
  incident.status !== 'closed' && !incident.locked;

function addTo<Item>(index: Map<string, Set<Item>>, key: string, item: Item): void {
  const items = index.get(key);
  if (items) items.add(item);
  else index.set(key, new Set([item]));
}
