import { expect, test } from 'vitest';
import { anAlert, host, user } from '../alert.fixture.ts';
import { entityKey } from '../entity.ts';
import { toCorrelated } from './correlated-alert.ts';
import { entitySpans } from './entity-spans.ts';

const at = (second: number): string => anAlert(1, { second }).occurredAt;

test('alerts of one entity that are near each other share a span, others have their own', () => {
  const alerts = [0, 50, 100, 1_000].map((second, index) =>
    toCorrelated(anAlert(index + 1, { second, observables: [host('ws5'), user('SYSTEM')] })),
  );
  const key = entityKey('default', 'host', 'ws5');
  expect(entitySpans(alerts.toReversed(), 60_000)).toEqual([
    { key, from: at(-60), to: at(160) },
    { key, from: at(940), to: at(1_060) },
  ]);
});
