/** Changes of an alert that no figure is made of. */
const UNCOUNTED: ReadonlySet<string> = new Set([
  'reputation',
  'enrichedAt',
  'score',
  'assignee',
  'incidentId',
  'title',
]);

/** Whether a change of these fields can change a figure. A field not known here counts. */
export const concernsFigures = (changed: readonly string[]): boolean => changed.some((field) => !UNCOUNTED.has(field));
