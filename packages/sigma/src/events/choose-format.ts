import type { CompiledFormat } from './compile-format.ts';
import type { JsonObject } from './event-fields.ts';
import type { CompiledSign } from './sign.ts';

interface Candidate extends CompiledSign {
  /** Its format's place in the list: of several the first is taken. */
  readonly order: number;
  readonly format: CompiledFormat;
}

/** Top-level name → the signs that may be borne by an event with it. */
type SignIndex = ReadonlyMap<string, readonly Candidate[]>;

/**
 * Finds the first of some formats whose sign an event bears; where none is, the first without regard to capitals, which some
 * exporters lose on the way. Only signs that ask for a name the event has are looked at.
 */
export function createChooser(formats: readonly CompiledFormat[]): (raw: JsonObject) => CompiledFormat | undefined {
  const exact = indexSigns(formats, ({ signs }) => signs);
  const lowered = indexSigns(formats, ({ loweredSigns }) => loweredSigns);
  return (raw) => firstBorne(exact, raw) ?? firstBorne(lowered, withLowerNames(raw));
}

function indexSigns(
  formats: readonly CompiledFormat[],
  signsOf: (format: CompiledFormat) => readonly CompiledSign[],
): SignIndex {
  const index = new Map<string, Candidate[]>();
  for (const [order, format] of formats.entries()) {
    for (const sign of signsOf(format)) {
      for (const name of sign.topNames) index.set(name, [...(index.get(name) ?? []), { ...sign, order, format }]);
    }
  }
  return index;
}

function firstBorne(index: SignIndex, raw: JsonObject): CompiledFormat | undefined {
  let best: Candidate | undefined;
  for (const name in raw) {
    const candidates = index.get(name);
    if (candidates === undefined) continue;
    for (const candidate of candidates) {
      if ((best === undefined || candidate.order < best.order) && candidate.isBorneBy(raw)) best = candidate;
    }
  }
  return best?.format;
}

function withLowerNames(raw: JsonObject): JsonObject {
  const lowered: Record<string, unknown> = {};
  // Assigned, this one name would change what the object is.
  for (const name in raw) if (name !== '__proto__') lowered[name.toLowerCase()] = raw[name];
  return lowered;
}
