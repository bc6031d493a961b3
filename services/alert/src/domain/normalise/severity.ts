import type { Severity } from '@soc/contracts';
import type { GenericMapping } from '@soc/contracts/alert/generic-mapping';
import { textsAt } from './json-path.ts';

type SeverityField = NonNullable<GenericMapping['severity']>;

/** What sources commonly call their severities. */
const words = new Map<string, Severity>([
  ['emergency', 'critical'],
  ['emerg', 'critical'],
  ['alert', 'critical'],
  ['fatal', 'critical'],
  ['critical', 'critical'],
  ['crit', 'critical'],
  ['disaster', 'critical'],
  ['severe', 'high'],
  ['high', 'high'],
  ['major', 'high'],
  ['error', 'high'],
  ['err', 'high'],
  ['medium', 'medium'],
  ['moderate', 'medium'],
  ['average', 'medium'],
  ['warning', 'medium'],
  ['warn', 'medium'],
  ['low', 'low'],
  ['minor', 'low'],
  ['notice', 'low'],
  ['informational', 'informational'],
  ['information', 'informational'],
  ['info', 'informational'],
  ['debug', 'informational'],
  ['none', 'informational'],
  ['ok', 'informational'],
]);

/** The severity a common word stands for, e.g. `WARN`; null for a word that is not one. */
const severityOfWord = (word: string): Severity | null => words.get(word.trim().toLowerCase()) ?? null;

/** The first severity that the document's texts at the field's paths stand for, else the field's default. */
export function severityAt(document: unknown, field: SeverityField): Severity {
  for (const text of textsAt(document, field.paths)) {
    const severity = inTable(text, field.table) ?? byThreshold(text, field.thresholds) ?? severityOfWord(text);
    if (severity !== null) return severity;
  }
  return field.default;
}

function inTable(text: string, table: SeverityField['table'] = {}): Severity | null {
  const wanted = text.trim().toLowerCase();
  for (const [word, severity] of Object.entries(table)) if (word.toLowerCase() === wanted) return severity;
  return null;
}

function byThreshold(text: string, thresholds: SeverityField['thresholds'] = []): Severity | null {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  let reached: { atLeast: number; severity: Severity } | null = null;
  for (const threshold of thresholds) {
    if (value >= threshold.atLeast && (reached === null || threshold.atLeast > reached.atLeast)) reached = threshold;
  }
  return reached?.severity ?? null;
}
