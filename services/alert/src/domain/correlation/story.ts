import type { CorrelationReason, Incident } from '@soc/contracts';
import type { Entity } from '../entity.ts';
import type { CorrelatedAlert, WeighedEntity } from './correlated-alert.ts';
import { grow, incidentTitle, isWorse } from './growth.ts';
import { isAsset } from './weight.ts';

/** An incident as it is stored, with what correlation needs beside the contract's fields. */
export interface KnownIncident {
  readonly incident: Incident;
  readonly assetCount: number;
  /** Set by a person: correlation leaves it alone. */
  readonly isTitleFixed: boolean;
  readonly isSeverityFixed: boolean;
  /** Merged or split by a person. */
  readonly isKeptApart: boolean;
  /** Of the entities that were asked for, by key, the member that named each last. */
  readonly carriers: ReadonlyMap<string, string>;
}

/** An alert that joins, with its reasons. */
export interface NewMember {
  readonly alertId: string;
  readonly occurredAt: string;
  readonly reasons: readonly CorrelationReason[];
}

/** An entity that new members name: the last of them that does, and how many do. */
export interface NamedEntity extends Entity {
  readonly isAsset: boolean;
  readonly alertId: string;
  readonly alertCount: number;
}

/** An incident in the making: changed in place, but only while one call of `correlate` runs. */
export interface Story {
  /** As it is stored; undefined when it opens now. */
  readonly known: KnownIncident | undefined;
  incident: Incident;
  assetCount: number;
  readonly carriers: Map<string, string>;
  readonly members: NewMember[];
  readonly named: Map<string, NamedEntity>;
}

export const knownStory = (known: KnownIncident): Story => ({
  known,
  incident: known.incident,
  assetCount: known.assetCount,
  carriers: new Map(known.carriers),
  members: [],
  named: new Map(),
});

/** A story without members around the alert that gives it its name; `main` is the entity its alerts share. */
export function newStory(first: CorrelatedAlert, main: WeighedEntity, id: string, at: string): Story {
  const { tenantId, severity, occurredAt } = first.alert;
  const incident: Incident = {
    id,
    tenantId,
    title: incidentTitle(first.alert.title, main.value),
    severity,
    status: 'open',
    verdict: null,
    assignee: null,
    alertCount: 0,
    entities: [{ type: main.type, value: main.value }],
    tactics: [],
    techniques: [],
    firstSeenAt: occurredAt,
    lastSeenAt: occurredAt,
    locked: false,
    createdAt: at,
    updatedAt: at,
    closedAt: null,
    version: 1,
  };
  return { known: undefined, incident, assetCount: 0, carriers: new Map(), members: [], named: new Map() };
}

/** Whether a person has worked on it: then it is not merged away. */
export function isTouched({ known, incident }: Story): boolean {
  const isFixed = known !== undefined && (known.isTitleFixed || known.isSeverityFixed || known.isKeptApart);
  return isFixed || incident.status !== 'open' || incident.assignee !== null || incident.verdict !== null;
}

/** Adds an alert for `reasons`. The title follows the most severe member. */
export function join(story: Story, member: CorrelatedAlert, reasons: readonly CorrelationReason[]): void {
  const { alert, links } = member;
  const { known, incident } = story;
  const [main] = incident.entities;
  const grown = grow(incident, {
    severity: known?.isSeverityFixed ? incident.severity : alert.severity,
    alertCount: 1,
    entities: links.map(({ type, value }) => ({ type, value })),
    tactics: alert.tactics,
    techniques: alert.techniques,
    firstSeenAt: alert.occurredAt,
    lastSeenAt: alert.occurredAt,
  });
  const isRenamed = main !== undefined && !known?.isTitleFixed && isWorse(alert.severity, incident.severity);
  story.incident = isRenamed ? { ...grown, title: incidentTitle(alert.title, main.value) } : grown;
  story.members.push({ alertId: alert.id, occurredAt: alert.occurredAt, reasons });
  for (const { key, type, value } of links) {
    const entity = { key, type, value };
    name(story, { ...entity, isAsset: isAsset(entity), alertId: alert.id, alertCount: 1 });
  }
}

/** Counts an asset once; one that the story names but that was not asked for may be counted again. */
function name(story: Story, entity: NamedEntity): void {
  if (entity.isAsset && !story.carriers.has(entity.key)) story.assetCount += 1;
  story.carriers.set(entity.key, entity.alertId);
  const before = story.named.get(entity.key)?.alertCount ?? 0;
  story.named.set(entity.key, { ...entity, alertCount: before + entity.alertCount });
}

/** Takes over all that another story tells. */
export function absorb(story: Story, other: Story): void {
  const { known, incident } = story;
  const severity = known?.isSeverityFixed ? incident.severity : other.incident.severity;
  story.incident = grow(incident, { ...other.incident, severity });
  story.members.push(...other.members);
  for (const entity of other.named.values()) name(story, entity);
  for (const [key, alertId] of other.carriers) if (!story.carriers.has(key)) story.carriers.set(key, alertId);
  story.assetCount = Math.max(story.assetCount, other.assetCount);
}
