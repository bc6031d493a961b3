import type { EventFields, JsonObject } from './event-fields.ts';

/** What tells one format from the others. Tried on every event, so a few names are asked for, the rarest first. */
export interface Sign {
  /** Dotted paths, spelled as the product does, that must all be there and not be null. */
  readonly has: readonly string[];
  /** Of these at least one as well. */
  readonly any?: readonly string[];
  /** Dotted path → what its text begins with; compared without case. */
  readonly begins?: Readonly<Record<string, string>>;
}

/** The log source, as far as something tells it. */
export interface LogSourcePart {
  readonly product?: string;
  readonly services?: readonly string[];
  readonly categories?: readonly string[];
}

/** Canonical name → the canonical fields whose values it has too. */
export type Aliases = Readonly<Record<string, readonly string[]>>;

/** What is added where a field has one of some values. */
export interface EventCase extends LogSourcePart {
  /** Canonical name. */
  readonly field: string;
  /** Lower case; a `*` at the end asks for a beginning only. Without values the field must merely be there. */
  readonly values?: readonly string[];
  readonly aliases?: Aliases;
}

/** Lists of pairs, such as `[{ name: 'SETTING_NAME', value: 'x' }]`, whose values answer to their names. */
export interface NamedPairs {
  /** Dotted path of the list; lists on the way are walked. */
  readonly path: string;
  /** Canonical path before the names; none when absent. */
  readonly under?: string;
  readonly name: string;
  readonly values: readonly string[];
}

/** One way in which one product writes its events. Plain data, but for `read` and `refine`. */
export interface EventFormat extends LogSourcePart {
  /** What a named source may be called; formats may share a name, and then the last takes what no sign tells. */
  readonly names: readonly string[];
  readonly signs: readonly Sign[];
  /** Dotted paths of objects whose fields answer without the path as well. */
  readonly unwrap?: readonly string[];
  /** Dotted paths of objects and lists that answer as JSON text as well: rules look into them with `contains`. */
  readonly texts?: readonly string[];
  readonly pairs?: readonly NamedPairs[];
  readonly aliases?: Aliases;
  readonly cases?: readonly EventCase[];
  /** Canonical names of the event's time, the best first. */
  readonly times: readonly string[];
  /** Instead of flattening the whole event. */
  readonly read?: (fields: EventFields, raw: JsonObject) => void;
  /** What tables cannot say, after them. Both functions take whatever an event may hold and never throw. */
  readonly refine?: (fields: EventFields, raw: JsonObject) => LogSourcePart | undefined;
}
