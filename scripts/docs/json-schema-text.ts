import * as contracts from '@soc/contracts';
import { z } from 'zod';

export type JsonSchema = z.core.JSONSchema.BaseSchema;

/** The schemas that `@soc/contracts` names, so that a page can say `Alert` instead of repeating its fields. */
export function contractSchemas(): z.core.$ZodRegistry<{ id: string }> {
  const registry = z.registry<{ id: string }>();
  for (const [name, value] of Object.entries(contracts)) {
    if (value instanceof z.ZodObject || value instanceof z.ZodEnum) registry.add(value, { id: name });
  }
  return registry;
}

/** A schema in a few words: `uuid`, `Alert[]`, `high | low`, `integer 0–100`. */
export function typeText(schema: JsonSchema): string {
  if (schema.$ref) return schema.$ref.split('/').at(-1) ?? 'object';
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.const !== undefined) return JSON.stringify(schema.const);
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.map((choice) => typeText(asObject(choice))).join(' | ');
  if (schema.type === 'array') return `${typeText(asObject(schema.items))}[]`;
  if (schema.type === 'integer' || schema.type === 'number') return `${schema.type}${rangeText(schema)}`;
  return schema.format ?? [schema.type ?? 'any'].flat().join(' | ');
}

/** Makes text fit a cell of a Markdown table. */
const cell = (text: string): string => text.replaceAll('|', String.raw`\|`).replaceAll(/\s*\n\s*/g, ' ');

/** A Markdown table. */
export const table = (head: readonly string[], rows: readonly (readonly string[])[]): string =>
  [head, head.map(() => '---'), ...rows].map((row) => `| ${row.map(cell).join(' | ')} |`).join('\n');

function rangeText({ minimum, maximum }: JsonSchema): string {
  const low = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const high = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (low !== undefined && high !== undefined) return ` ${low}–${high}`;
  if (low !== undefined) return ` ≥ ${low}`;
  return high === undefined ? '' : ` ≤ ${high}`;
}

/** JSON Schema allows `true` and `false` for a schema, and a list for `items`; neither says more than "any" here. */
export const asObject = (schema: unknown): JsonSchema =>
  // An object where a schema stands is a schema.
  typeof schema === 'object' && schema !== null && !Array.isArray(schema) ? (schema as JsonSchema) : {};
