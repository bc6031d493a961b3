import type { FingerprintField } from '@soc/contracts/alert/deduplication';
import type { NormalisedAlert } from '../normalise/normalised-alert.ts';

type Named = Pick<
  NormalisedAlert,
  'title' | 'description' | 'severity' | 'ruleId' | 'ruleName' | 'externalId' | 'tags' | 'techniques' | 'observables'
>;

const sorted = (values: readonly string[]): readonly string[] => [...new Set(values)].toSorted();

const isObservables = (field: FingerprintField): field is Extract<FingerprintField, `observables${string}`> =>
  field.startsWith('observables');

function valuesOf(alert: Named, field: FingerprintField): readonly string[] {
  if (!isObservables(field)) {
    const value = alert[field];
    return value === null ? [] : sorted([value].flat());
  }
  const [, wantedType, ...rest] = field.split('.');
  const wantedRole = rest.length === 0 ? undefined : rest.join('.');
  const wanted = alert.observables.filter(
    ({ type, role }) =>
      (wantedType === undefined || type === wantedType) && (wantedRole === undefined || role === wantedRole),
  );
  return sorted(wanted.map(({ type, value }) => `${type} ${value.toLowerCase()}`));
}

/** What the configured fields say of an alert, in the order of the fields; undefined when it has none of them. */
export function configuredParts(alert: Named, fields: readonly FingerprintField[]): readonly string[] | undefined {
  const parts = fields.map((field) => valuesOf(alert, field));
  if (parts.every((values) => values.length === 0)) return undefined;
  return ['by fields', ...fields.flatMap((field, index) => [field, JSON.stringify(parts[index])])];
}
