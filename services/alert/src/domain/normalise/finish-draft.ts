import type { Observable } from '@soc/contracts';
import { uniqueObservables } from '../observables/canonical.ts';
import { extractObservables } from '../observables/extract.ts';
import type { AlertDraft } from './alert-draft.ts';
import { tacticName, techniqueIds } from './attack.ts';
import type { NormalisedAlert } from './normalised-alert.ts';
import { cappedText, cappedTextOrNull, cappedTexts } from './text.ts';

/** Characters that an alert's texts keep. */
const limits = { title: 500, description: 8_000, id: 256, fingerprintPart: 2_048 };

/** Types of which an alert's identity is made when the mapping names no fingerprint. */
const mainEntities = new Set(['host', 'user', 'ip', 'domain']);

/** Tells an analyst that the time of the alert is the time of receipt, because the source's own made no sense. */
const UNREADABLE_TIME_TAG = 'unreadable-time';

/** The alert that a draft amounts to; null when it has no title. */
export function finishDraft(draft: AlertDraft, source: string, receivedAt: Date): NormalisedAlert | null {
  const title = cappedTextOrNull(draft.title, limits.title);
  if (title === null) return null;
  const { occurredAt } = draft;
  const observables = uniqueObservables([
    ...draft.observables,
    ...draft.extract.flatMap((text) => extractObservables(text)),
  ]);
  const ruleId = cappedTextOrNull(draft.ruleId, limits.id);
  const ruleName = cappedTextOrNull(draft.ruleName, limits.title);
  const tags = occurredAt === 'unreadable' ? [UNREADABLE_TIME_TAG, ...draft.tags] : draft.tags;
  return {
    title,
    description: cappedTextOrNull(draft.description, limits.description),
    severity: draft.severity,
    source,
    ruleId,
    ruleName,
    externalId: cappedTextOrNull(draft.externalId, limits.id),
    observables,
    tactics: cappedTexts(draft.tactics.map(tacticName), { items: 20, characters: 64 }),
    techniques: cappedTexts(draft.techniques.flatMap(techniqueIds), { items: 50, characters: 64 }),
    tags: cappedTexts(tags, { items: 50, characters: 100 }),
    occurredAt: (occurredAt instanceof Date ? occurredAt : receivedAt).toISOString(),
    resolved: draft.resolved,
    fingerprintParts: fingerprintParts(draft, ruleId ?? ruleName ?? title, observables),
  };
}

function fingerprintParts(draft: AlertDraft, rule: string, observables: readonly Observable[]): readonly string[] {
  const parts = draft.fingerprint.map((part) => cappedText(part, limits.fingerprintPart));
  if (parts.some((part) => part !== '')) return parts;
  const entities = observables
    .filter(({ type }) => mainEntities.has(type))
    .map(({ type, value }) => `${type} ${value}`);
  return [rule, ...entities.toSorted()];
}
