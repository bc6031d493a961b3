import type { Alert, ObservableType } from '@soc/contracts';

/** The values of an alert's observables of some types, of one role or (undefined) of those that have none. */
export const valuesOf = (
  { observables }: Pick<Alert, 'observables'>,
  types: readonly ObservableType[],
  ...roles: readonly (string | undefined)[]
): readonly string[] =>
  observables
    .filter(({ type, role }) => types.includes(type) && (roles.length === 0 || roles.includes(role)))
    .map(({ value }) => value);

/** `given` without what is undefined, empty text or an empty list or object. */
export function withoutAbsent(given: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const isThere = (value: unknown): boolean => {
    if (value === undefined || value === null || value === '') return false;
    if (Array.isArray(value)) return value.length > 0;
    return typeof value !== 'object' || Object.keys(value).length > 0;
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => isThere(value)));
}
