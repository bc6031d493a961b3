import type { Alert, CorrelationReason } from '@soc/contracts';
import type { TimelineEntry } from '@soc/contracts/alert/timeline';

type Told = Pick<TimelineEntry, 'kind' | 'actor' | 'summary' | 'data'> & { readonly at: string | null };

/** How an alert came to be in its incident. */
export interface Membership {
  readonly incidentId: string;
  readonly joinedAt: string;
  readonly reasons: readonly CorrelationReason[];
}

/** What an alert's own row and its membership tell of its story: nobody needs to write that down a second time. */
export function entriesOfAlert(alert: Alert, membership: Membership | undefined): readonly TimelineEntry[] {
  const { score, suggestedVerdict, reputation, occurrences, source, receivedAt, lastSeenAt } = alert;
  const told: readonly Told[] = [
    {
      at: receivedAt,
      kind: 'received',
      actor: null,
      summary: `received from ${source}`,
      data: { source, occurredAt: alert.occurredAt },
    },
    {
      at: alert.analysedAt,
      kind: 'analysed',
      actor: 'ai',
      summary: `scored ${score ?? 0} of 100, suggests ${suggestedVerdict ?? 'nothing'}`,
      data: { score, suggestedVerdict },
    },
    {
      at: membership?.joinedAt ?? null,
      kind: 'correlated',
      actor: null,
      summary: membership?.reasons[0]?.explanation ?? 'moved to another incident',
      data: { incidentId: membership?.incidentId, reasons: membership?.reasons },
    },
    {
      at: alert.enrichedAt,
      kind: 'enriched',
      actor: 'intel',
      summary: `reputation ${reputation ?? 'unknown'}`,
      data: { reputation },
    },
    {
      // A source that tells old events would put this before the receipt.
      at: occurrences > 1 ? laterOf(receivedAt, lastSeenAt) : null,
      kind: 'repeated',
      actor: null,
      summary: `seen ${occurrences} times, last at ${lastSeenAt}`,
      data: { occurrences },
    },
  ];
  return told.flatMap((entry) =>
    entry.at === null ? [] : [{ ...entry, at: entry.at, id: entry.kind, alertId: alert.id }],
  );
}

const compare = (a: TimelineEntry, b: TimelineEntry): number =>
  a.at === b.at ? compareText(a.id, b.id) : compareText(a.at, b.at);

const laterOf = (a: string, b: string): string => (a < b ? b : a);

const compareText = (a: string, b: string): number => (a < b ? -1 : Number(a > b));

/** One page of both, in order: what the alert tells after `after`, and `stored`, which already begins there. */
export function mergeTimeline(
  told: readonly TimelineEntry[],
  stored: readonly TimelineEntry[],
  after: { readonly at: string; readonly id: string } | undefined,
): readonly TimelineEntry[] {
  const isAfter = (entry: TimelineEntry): boolean =>
    after === undefined || entry.at > after.at || (entry.at === after.at && entry.id > after.id);
  return [...told.filter(isAfter), ...stored].toSorted(compare);
}
