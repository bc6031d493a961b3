import type { Observable, ObservableType } from '@soc/contracts';
import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import type { AlertDraft } from './alert-draft.ts';
import { scalarText, textAt, textsAt, valuesAt } from './json-path.ts';
import { severityAt } from './severity.ts';
import { timeAt } from './time.ts';

type TextField = GenericMapping['title'];
type ObservableField = NonNullable<GenericMapping['observables']>[number];

/** Reads one document by the mapping. */
export function readDraft(document: unknown, mapping: GenericMapping, receivedAt: Date): AlertDraft {
  return {
    title: readText(document, mapping.title),
    description: readText(document, mapping.description),
    severity: mapping.severity ? severityAt(document, mapping.severity) : 'medium',
    ruleId: readText(document, mapping.ruleId),
    ruleName: readText(document, mapping.ruleName),
    externalId: readText(document, mapping.externalId),
    observables: (mapping.observables ?? []).flatMap((field) => readObservables(document, field)),
    extract: textsAt(document, mapping.extract),
    tactics: textsAt(document, mapping.tactics),
    techniques: textsAt(document, mapping.techniques),
    tags: textsAt(document, mapping.tags),
    occurredAt: mapping.occurredAt ? timeAt(document, mapping.occurredAt, receivedAt) : 'absent',
    resolved: isResolved(document, mapping.resolved),
    fingerprint: (mapping.fingerprint ?? []).map((paths) => fingerprintPart(document, [paths].flat())),
  };
}

/** An observable whose role may be unknown. */
export const observable = (type: ObservableType, value: string, role?: string): Observable =>
  role === undefined ? { type, value } : { type, value, role };

function readText(document: unknown, field: TextField | undefined): string | null {
  if (!field) return null;
  for (const template of field.templates ?? []) {
    const text = fillTemplate(document, template);
    if (text !== null) return text;
  }
  return textAt(document, ...field.paths) ?? field.constant ?? null;
}

/** Null when one of the places leads to no text. */
function fillTemplate(document: unknown, template: string): string | null {
  let isFilled = true;
  const text = template.replaceAll(/\{([^{}]{1,256})\}/g, (_place, path: string) => {
    const found = textAt(document, path);
    isFilled &&= found !== null;
    return found ?? '';
  });
  return isFilled ? text : null;
}

function readObservables(document: unknown, { type, paths, role, pick, afterLast }: ObservableField): Observable[] {
  const texts = textsAt(document, paths);
  return (pick === 'first' ? texts.slice(0, 1) : texts).map((text) => {
    const cut = afterLast === undefined ? -1 : text.lastIndexOf(afterLast);
    return observable(type, cut < 0 ? text : text.slice(cut + (afterLast ?? '').length), role);
  });
}

/** Whether the document is an alert, as far as the mapping says. */
export const meetsConditions = (document: unknown, { when = [] }: GenericMapping): boolean =>
  when.every(({ paths, values }) => {
    const found = textsAt(document, paths).map((text) => text.trim().toLowerCase());
    if (values === undefined) return found.length > 0;
    return values.some((value) => found.includes(value.toLowerCase()));
  });

function isResolved(document: unknown, field: GenericMapping['resolved']): boolean {
  if (!field) return false;
  const values = field.values.map((value) => value.toLowerCase());
  return textsAt(document, field.paths).some((text) => values.includes(text.trim().toLowerCase()));
}

/** The values at the first of `paths` that leads to any, as one text. */
function fingerprintPart(document: unknown, paths: readonly string[]): string {
  for (const path of paths) {
    const text = canonicalText(valuesAt(document, path), 0);
    if (text !== '') return text;
  }
  return '';
}

/** How deep a value is looked into for the fingerprint. */
const DEPTH_LIMIT = 6;

/** One text for one value, whatever the order of an object's keys. */
function canonicalText(value: unknown, depth: number): string {
  if (depth > DEPTH_LIMIT) return '';
  if (Array.isArray(value)) return value.map((element) => canonicalText(element, depth + 1)).join('\n');
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
    return entries.map(([key, inner]) => `${key}=${canonicalText(inner, depth + 1)}`).join('\n');
  }
  return scalarText(value) ?? '';
}
