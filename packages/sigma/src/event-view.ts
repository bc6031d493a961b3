export type FieldValue = string | number | boolean | null;

/**
 * An event as rules see it. A rule applies when each part of its log source is absent or among those of the event. Keys of
 * `fields` are canonical (`canonicalField`); nested fields have dotted names, arrays become several values.
 */
export interface EventView {
  readonly product: string | undefined;
  readonly services: readonly string[];
  readonly categories: readonly string[];
  readonly fields: ReadonlyMap<string, FieldValue | readonly FieldValue[]>;
  /** Milliseconds since 1970, as the event says; undefined when it says nothing readable. */
  readonly timeMs: number | undefined;
}

/** What rules and events call a field: lower case, without blanks, so that "Threat Name" answers to ThreatName. */
export const canonicalField = (name: string): string => name.replaceAll(/\s/g, '').toLowerCase();
