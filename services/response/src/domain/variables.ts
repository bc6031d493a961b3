import { ObservableType, type Incident } from '@soc/contracts';
import type { Playbook, Step } from './playbook.ts';

/** Values by variable name, `__name__`. A variable that is not there has no value. */
export type Scope = ReadonlyMap<string, string>;

/** `__name__:value` (CACAO 2.0) or `$$name$$:value` (CACAO 1.x). */
const REFERENCE = /(?:__([a-zA-Z][\w-]*?)__|\$\$([a-zA-Z][\w-]*?)\$\$):value/g;

const nameOf = (match: readonly (string | undefined)[]): string => `__${match[1] ?? match[2] ?? ''}__`;

/** Names of the variables a text refers to, as `__name__`. */
export const referencesIn = (text: string): readonly string[] => [...text.matchAll(REFERENCE)].map(nameOf);

/** A text with its variables put in, or why that cannot be. */
export type Substituted =
  | { readonly ok: true; readonly text: string }
  | { readonly ok: false; readonly message: string };

/** Puts the values in; `encode` makes each one harmless where it lands. A variable without a value is a refusal. */
export function substitute(text: string, scope: Scope, encode: (value: string) => string): Substituted {
  const missing = referencesIn(text).filter((name) => !scope.has(name));
  if (missing.length > 0) return { ok: false, message: `${[...new Set(missing)].join(', ')} has no value` };
  return { ok: true, text: fill(text, scope, encode) };
}

/** Puts in the values there are and leaves the other references as they are written. */
export const fill = (text: string, scope: Scope, encode: (value: string) => string): string =>
  text.replace(REFERENCE, (reference, ...match: (string | undefined)[]) => {
    const value = scope.get(nameOf([reference, ...match]));
    return value === undefined ? reference : encode(value);
  });

/** Variables every playbook can refer to without declaring them. */
export const BUILT_IN_VARIABLES: readonly string[] = [
  '__run_id__',
  '__incident_id__',
  '__incident_title__',
  '__incident_severity__',
  '__incident_status__',
  '__incident_alert_count__',
  '__incident_tactics__',
  '__incident_techniques__',
  ...ObservableType.options.flatMap((type) => [`__incident_entity_${type}__`, `__incident_entities_${type}__`]),
];

/** The facts of an incident as variables. Lists are joined by commas; an empty one gives no variable. */
export function incidentVariables(incident: Incident): Readonly<Record<string, string>> {
  const entities = ObservableType.options.flatMap((type): [string, string][] => {
    const values = incident.entities.filter((entity) => entity.type === type).map(({ value }) => value);
    return [
      [`__incident_entity_${type}__`, values[0] ?? ''],
      [`__incident_entities_${type}__`, values.join(',')],
    ];
  });
  const facts: readonly [string, string][] = [
    ['__incident_id__', incident.id],
    ['__incident_title__', incident.title],
    ['__incident_severity__', incident.severity],
    ['__incident_status__', incident.status],
    ['__incident_alert_count__', String(incident.alertCount)],
    ['__incident_tactics__', incident.tactics.join(',')],
    ['__incident_techniques__', incident.techniques.join(',')],
    ...entities,
  ];
  return Object.fromEntries(facts.filter(([, value]) => value !== ''));
}

const declaredValues = (declared: Playbook['variables']): readonly (readonly [string, string])[] =>
  [...declared].flatMap(([name, { value }]) =>
    value === undefined || value === null ? [] : [[name, String(value)] as const],
  );

/** What a playbook's own declarations, then the run's values, then the outputs of finished steps say; later ones win. */
export function runScope(
  playbook: Pick<Playbook, 'variables'>,
  given: Readonly<Record<string, string>>,
  outputs: readonly Readonly<Record<string, string>>[],
): Scope {
  return new Map([
    ...declaredValues(playbook.variables),
    ...Object.entries(given),
    ...outputs.flatMap((output) => Object.entries(output)),
  ]);
}

/** The scope inside one step: its own variables hide those of the playbook. */
export function stepScope(scope: Scope, step: Step): Scope {
  const own = Object.entries(step.step_variables);
  if (own.length === 0) return scope;
  return new Map([...scope, ...declaredValues(new Map(own))]);
}

export type GivenVariables =
  | { readonly ok: true }
  | { readonly ok: false; readonly refusal: 'unknown_variable' | 'constant_variable'; readonly name: string };

/** Whether whoever starts a run may set these variables: declared by the playbook or about the incident, and not constant. */
export function checkGivenVariables(
  playbook: Pick<Playbook, 'variables'>,
  given: Readonly<Record<string, string>>,
): GivenVariables {
  for (const name of Object.keys(given)) {
    const variable = playbook.variables.get(name);
    if (variable?.constant === true) return { ok: false, refusal: 'constant_variable', name };
    if (!variable && !BUILT_IN_VARIABLES.includes(name)) return { ok: false, refusal: 'unknown_variable', name };
  }
  return { ok: true };
}
