import type { TimelineKind } from '@soc/contracts/alert/timeline';

/** A field that a person changed. */
export interface Change {
  readonly field: 'status' | 'assignee' | 'severity' | 'verdict' | 'title';
  readonly from: string | null;
  readonly to: string | null;
}

/** The change of one field, or none. */
export function changeOf<Field extends Change['field']>(
  field: Field,
  before: Readonly<Record<Field, string | null>>,
  after: Readonly<Record<Field, string | null>>,
): readonly Change[] {
  return before[field] === after[field] ? [] : [{ field, from: before[field], to: after[field] }];
}

const kinds: Readonly<Record<Change['field'], TimelineKind>> = {
  status: 'status_changed',
  assignee: 'assigned',
  severity: 'severity_changed',
  verdict: 'verdict_given',
  title: 'title_changed',
};

/** A change as the timeline tells it. */
export function tellChange({ field, from, to }: Change): {
  readonly kind: TimelineKind;
  readonly summary: string;
  readonly data: Readonly<Record<string, unknown>>;
} {
  return { kind: kinds[field], summary: `${field}: ${from ?? 'none'} → ${to ?? 'none'}`, data: { field, from, to } };
}
