import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';

interface Attribute {
  readonly type?: string;
  readonly is_array?: boolean;
  readonly requirement?: string;
  readonly enum?: Readonly<Record<string, unknown>>;
}

interface Dictionary extends Definition {
  /** Scalar types; those of observables have their type_id. */
  readonly types?: { readonly attributes: Readonly<Record<string, { readonly observable?: number }>> };
}

interface Definition {
  readonly name?: string;
  readonly extends?: string;
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly constraints?: { readonly at_least_one?: readonly string[] };
}

/** The JSON files of the schema's archive, by path; tar as POSIX has it, without extensions. */
function filesOf(archive: string): ReadonlyMap<string, Dictionary> {
  const bytes = gunzipSync(readFileSync(archive));
  const files = new Map<string, Dictionary>();
  for (let at = 0; at + 512 <= bytes.length;) {
    const field = (from: number, to: number) => bytes.toString('utf8', at + from, at + to).replace(/\0.*$/s, '');
    const name = field(0, 100);
    const sizeBytes = Number.parseInt(field(124, 136) || '0', 8);
    if (name.endsWith('.json')) {
      files.set(
        name.replace(/^\.\//, ''),
        JSON.parse(bytes.toString('utf8', at + 512, at + 512 + sizeBytes)) as Dictionary,
      ); // the schema's own
    }
    at += 512 + Math.ceil(sizeBytes / 512) * 512;
  }
  return files;
}

/** Checks documents against the OCSF schema: required attributes, unknown ones, enums, types and "at least one of". */
export function ocsfSchema(archive: string) {
  const files = filesOf(archive);
  // Extensions patch objects by files of the same name; the object itself has the shorter path.
  const find = (suffix: string): Dictionary | undefined =>
    files.get(suffix) ?? [...files].find(([path]) => path.endsWith(`/${suffix}`) && !path.includes('extensions/'))?.[1];
  const dictionary = find('dictionary.json')?.attributes ?? {};
  const scalars = Object.values(find('dictionary.json')?.types?.attributes ?? {});
  const observableIds = Object.fromEntries(scalars.flatMap(({ observable }) => (observable ? [[observable, {}]] : [])));

  /** Attributes with what it extends and the profiles in use, each completed from the dictionary. */
  const attributesOf = (definition: Definition | undefined, folder: string): Map<string, Attribute> => {
    const all = new Map<string, Attribute>();
    if (!definition) return all;
    const parent =
      definition.extends === undefined
        ? undefined
        : (find(`${folder}/${definition.extends}.json`) ?? find(`${definition.extends}.json`));
    for (const [name, attribute] of attributesOf(parent, folder)) all.set(name, attribute);
    for (const [name, own] of Object.entries(definition.attributes ?? {})) {
      if (name.startsWith('$')) continue;
      const before = all.get(name) ?? dictionary[name] ?? {};
      all.set(name, { ...before, ...own, enum: { ...before.enum, ...own.enum } });
    }
    return all;
  };

  const attributesOfObject = (type: string, definition: Definition): Map<string, Attribute> => {
    const attributes = attributesOf(definition, 'objects');
    const typeId = attributes.get('type_id');
    // The schema's compiler makes this enum of the types that say they are observables.
    if (type === 'observable' && typeId) {
      attributes.set('type_id', { ...typeId, enum: { ...typeId.enum, ...observableIds } });
    }
    return attributes;
  };

  const problemsOf = (value: unknown, attributes: ReadonlyMap<string, Attribute>, path: string): string[] => {
    if (typeof value !== 'object' || value === null) return [`${path} is no object`];
    const given = value as Readonly<Record<string, unknown>>; // an object has keys
    const problems = [...attributes].flatMap(([name, { requirement }]) =>
      requirement === 'required' && given[name] === undefined ? [`${path}.${name} is required`] : [],
    );
    for (const [name, inner] of Object.entries(given)) {
      const attribute = attributes.get(name);
      if (attribute) {
        const values = attribute.is_array ? listOf(inner) : [inner];
        problems.push(...values.flatMap((one) => problemsOfValue(one, attribute, `${path}.${name}`)));
      } else {
        problems.push(`${path}.${name} is unknown`);
      }
    }
    return problems;
  };

  const problemsOfValue = (
    value: unknown,
    { type = 'string_t', enum: values = {} }: Attribute,
    path: string,
  ): string[] => {
    const isNumber = ['integer_t', 'long_t', 'timestamp_t'].includes(type);
    if (Object.keys(values).length > 0 && !Object.hasOwn(values, String(value))) return [`${path} is ${String(value)}`];
    if (isNumber) return Number.isSafeInteger(value) ? [] : [`${path} is no integer`];
    if (type === 'boolean_t') return typeof value === 'boolean' ? [] : [`${path} is no boolean`];
    if (type === 'object' || type === 'json_t') return [];
    if (type.endsWith('_t')) return typeof value === 'string' ? [] : [`${path} is no string`];
    const definition = find(`objects/${type}.json`);
    if (!definition) return [`${path}: no object ${type}`];
    const some = definition.constraints?.at_least_one ?? [];
    const has =
      some.length === 0 ||
      some.some((name) => typeof value === 'object' && value !== null && Object.hasOwn(value, name));
    return [
      ...(has ? [] : [`${path} has none of ${some.join(', ')}`]),
      ...problemsOf(value, attributesOfObject(type, definition), path),
    ];
  };

  const finding = attributesOf(find('events/findings/detection_finding.json'), 'events');
  for (const [name, own] of Object.entries(find('profiles/incident.json')?.attributes ?? {})) {
    if (!finding.has(name)) finding.set(name, { ...dictionary[name], ...own });
  }
  // The schema's compiler fills these in from the category and the class.
  finding.set('class_uid', { ...dictionary['class_uid'], enum: { '2004': {} } });
  finding.set('category_uid', { ...dictionary['category_uid'], enum: { '2': {} } });
  finding.set('type_uid', {
    type: 'long_t',
    enum: Object.fromEntries([0, 1, 2, 3, 99].map((id) => [String(200_400 + id), {}])),
  });
  finding.set('observables', { type: 'observable', is_array: true });
  return { problemsOf: (document: unknown) => problemsOf(document, finding, 'finding') };
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : ['not a list']);
