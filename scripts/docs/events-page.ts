import type { EventSpec } from '@soc/contracts';
import { z } from 'zod';
import type { EventUses } from '../event-uses.ts';
import { asObject, contractSchemas, table, typeText } from './json-schema-text.ts';
import type { JsonSchema } from './json-schema-text.ts';

/** docs/generated/events.md: every event, who publishes and who hears it, its payload, and the types payloads are made of. */
export function eventsPage(events: readonly EventSpec[], usesOf: (spec: EventSpec) => EventUses): string {
  const registry = contractSchemas();
  const payloads = events.map((spec) => ({
    spec,
    schema: z.toJSONSchema(spec.payload, { metadata: registry, unrepresentable: 'any' }),
  }));
  const types = new Map(payloads.flatMap(({ schema }) => Object.entries(schema.$defs ?? {})));
  return [
    '# Events',
    'CloudEvents 1.0 on Redis Streams; the payload is `data`. Consumers ignore fields they do not know.',
    ...payloads.flatMap(({ spec, schema }) => [
      `## ${spec.type}`,
      spec.summary,
      `Version ${spec.version}, published by ${list(usesOf(spec).publishers)}, heard by ${list(usesOf(spec).subscribers)}.${spec.ordered ? ' A subscription may ask for it in order for each subject.' : ''}`,
      fields(schema),
    ]),
    '# Types',
    ...[...types]
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .flatMap(([name, schema]) => [`## ${name}`, schema.properties ? fields(schema) : `\`${typeText(schema)}\``]),
  ].join('\n\n');
}

const list = (names: readonly string[]): string => (names.length === 0 ? 'nobody' : names.join(', '));

function fields(schema: JsonSchema): string {
  const required = new Set(schema.required);
  const rows = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    `\`${name}\``,
    typeText(asObject(property)),
    required.has(name) ? 'yes' : 'no',
  ]);
  return table(['field', 'type', 'always there'], rows);
}
