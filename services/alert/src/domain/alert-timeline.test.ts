import { expect, test } from 'vitest';
import { anAlert } from './alert.fixture.ts';
import { entriesOfAlert, mergeTimeline } from './alert-timeline.ts';

const fresh = anAlert(1, { analysedAt: null, score: null, suggestedVerdict: null });

test('a fresh alert was received, and nothing else', () => {
  expect(entriesOfAlert(fresh, undefined).map(({ kind }) => kind)).toEqual(['received']);
});

test('what the alert tells of itself is told in the order it happened', () => {
  const at = (second: number): string => anAlert(1, { second }).occurredAt;
  const alert = anAlert(1, {
    analysedAt: at(10),
    reputation: 'malicious',
    enrichedAt: at(5),
    occurrences: 3,
    lastSeenAt: at(20),
  });
  const membership = { incidentId: 'incident', joinedAt: at(12), reasons: [] };
  const entries = mergeTimeline(entriesOfAlert(alert, membership), [], undefined);
  expect(entries.map(({ kind }) => kind)).toEqual(['received', 'enriched', 'analysed', 'correlated', 'repeated']);
  const [, , analysed] = entries;
  expect(mergeTimeline(entries, [], analysed).map(({ kind }) => kind)).toEqual(['correlated', 'repeated']);
});

test('repetitions of old events are not told before the receipt', () => {
  const old = { ...fresh, occurrences: 2, lastSeenAt: anAlert(1, { second: -99 }).occurredAt };
  expect(entriesOfAlert(old, undefined).map(({ at }) => at)).toEqual([old.receivedAt, old.receivedAt]);
});
