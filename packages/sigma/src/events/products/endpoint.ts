import { addAlias, addValue, allTexts, type EventFields, firstText, hasValue } from '../event-fields.ts';
import type { EventFormat, LogSourcePart } from '../event-format.ts';
import { ecsWindowsNames } from '../windows/ecs-names.ts';

/** Process, file, registry and network events in ECS of an agent that names none of the formats before: Elastic Defend and others. */
export const ecsEndpoint: EventFormat = {
  names: ['ecs', 'endpoint'],
  signs: [
    { has: ['event.category', 'process'] },
    { has: ['event.category', 'file'] },
    { has: ['event.category', 'registry'] },
    { has: ['event.category', 'dns'] },
  ],
  times: ['@timestamp', 'event.created'],
  refine: refineEcs,
};

/** Category and type of an event in ECS → categories of log sources. */
const categories: readonly (readonly [category: string, type: string, names: readonly string[]])[] = [
  ['process', 'start', ['process_creation']],
  ['process', 'end', ['process_termination']],
  ['file', 'creation', ['file_event']],
  ['file', 'deletion', ['file_delete']],
  ['file', 'access', ['file_access']],
  ['registry', 'change', ['registry_event', 'registry_set']],
  ['registry', 'creation', ['registry_event', 'registry_add']],
  ['registry', 'deletion', ['registry_event', 'registry_delete']],
  ['network', 'start', ['network_connection']],
  ['network', 'connection', ['network_connection']],
  ['network', 'protocol', ['dns_query']],
  ['library', 'start', ['image_load']],
  ['driver', 'start', ['driver_load']],
];

const wordsOf = (fields: EventFields, name: string): ReadonlySet<string> =>
  new Set(allTexts(fields, name).map((text) => text.toLowerCase()));

function refineEcs(fields: EventFields): LogSourcePart {
  for (const name in ecsWindowsNames) if (!hasValue(fields, name)) addAlias(fields, name, ecsWindowsNames[name] ?? []);
  if (!hasValue(fields, 'commandline') && hasValue(fields, 'process.args')) {
    addValue(fields, 'commandline', allTexts(fields, 'process.args').join(' '));
  }
  const inCategory = wordsOf(fields, 'event.category');
  const ofType = wordsOf(fields, 'event.type');
  const found = categories.flatMap(([category, type, names]) =>
    inCategory.has(category) && ofType.has(type) ? names : [],
  );
  const system = `${firstText(fields, 'host.os.type') ?? firstText(fields, 'host.os.family') ?? ''}`.toLowerCase();
  const product = system === 'darwin' || system === 'macos' ? 'macos' : system === '' ? undefined : system;
  return { ...(product === undefined ? {} : { product }), categories: [...new Set(found)] };
}
