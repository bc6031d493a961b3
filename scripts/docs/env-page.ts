import { z } from 'zod';
import { asObject, table, typeText } from './json-schema-text.ts';

/** The environment variables of one reader. */
export interface EnvSection {
  readonly title: string;
  readonly schema: z.ZodObject;
}

/** docs/generated/env.md: every environment variable, from the schemas that parse them. */
export function envPage(sections: readonly EnvSection[]): string {
  return [
    '# Environment variables',
    'A missing or malformed variable stops a service at its start, with one sentence that names the variable.',
    ...sections.flatMap(({ title, schema }) => [`## ${title}`, variables(schema)]),
  ].join('\n\n');
}

function variables(schema: z.ZodObject): string {
  const { properties, required } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' });
  const rows = Object.entries(properties ?? {}).map(([name, value]) => {
    const property = asObject(value);
    const fallback = property.default === undefined ? '' : `\`${defaultText(property.default)}\``;
    return [
      `\`${name}\``,
      typeText(property),
      required?.includes(name) ? 'required' : fallback,
      property.description ?? '',
    ];
  });
  return rows.length === 0 ? 'None of its own.' : table(['variable', 'type', 'default', 'what'], rows);
}

const defaultText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
