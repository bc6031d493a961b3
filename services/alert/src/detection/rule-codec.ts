import type { CorrelationRule, DetectionRule, SigmaRule } from '@soc/sigma';

/**
 * The form in which rules are kept ready for engines. To be raised with every change of what `@soc/sigma` makes of a text: rules
 * of another form are read anew from their texts.
 */
export const COMPILED_FORMAT = 1;

type Entries<Value> = readonly (readonly [string, Value])[];

type Encoded =
  | (Omit<DetectionRule, 'searches'> & { readonly searches?: undefined })
  | (Omit<CorrelationRule, 'aliases'> & { readonly aliases: Entries<Entries<string>> });

/**
 * A rule as text, without the document it was read from, and without its searches: those that its condition asks are in the
 * condition, and an engine asks no others.
 */
export function encodeRule(rule: SigmaRule): string {
  const encoded: Encoded =
    rule.kind === 'detection'
      ? { ...rule, text: '', searches: undefined }
      : { ...rule, text: '', aliases: [...rule.aliases].map(([alias, fields]) => [alias, [...fields]]) };
  return JSON.stringify(encoded);
}

/** The rule again. No reviver: it would be called for every value of a rule set of 10 MB. */
export function decodeRule(text: string): SigmaRule {
  const encoded = JSON.parse(text) as Encoded; // by `encodeRule`
  if (encoded.kind === 'detection') return { ...encoded, searches: new Map() };
  return { ...encoded, aliases: new Map(encoded.aliases.map(([alias, fields]) => [alias, new Map(fields)])) };
}
