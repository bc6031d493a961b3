import type { TriggerConditions } from '@soc/contracts/response/triggers';
import { exampleIncident } from '@soc/fleet/testing';
import { expect, test } from 'vitest';
import { meetsConditions } from './trigger-match.ts';

const incident = exampleIncident({
  severity: 'high',
  techniques: ['T1059.001'],
  entities: [{ type: 'host', value: 'web-1' }],
});

test.each<[TriggerConditions, boolean]>([
  [{}, true],
  [{ minSeverity: 'high' }, true],
  [{ minSeverity: 'critical' }, false],
  [{ techniques: ['T1059'] }, true],
  [{ techniques: ['T1059.001', 'T1'] }, true],
  [{ techniques: ['T1059.002', 'T105'] }, false],
  [{ entityTypes: ['ip', 'host'] }, true],
  [{ entityTypes: ['ip'] }, false],
  [{ minSeverity: 'low', techniques: ['T1059'], entityTypes: ['ip'] }, false],
])('%j is met: %s', (conditions, expected) => {
  expect(meetsConditions(conditions, incident)).toBe(expected);
});
