import type { SuppressionConditions } from '@soc/contracts/alert/suppressions';
import { expect, test } from 'vitest';
import { anAlert } from '../alert.fixture.ts';
import { conditionsTest } from './conditions.ts';

const alert = anAlert(1, {
  title: 'Port scan from scanner-3',
  source: 'suricata',
  ruleId: '2001219',
  ruleName: null,
  severity: 'low',
  tags: ['scan', 'weekly'],
  techniques: ['T1046', 'T1059.001'],
  observables: [
    { type: 'ip', value: '10.2.3.4', role: 'source' },
    { type: 'ip', value: '2001:db8::7', role: 'destination' },
    { type: 'host', value: 'SRV-9.corp.example' },
  ],
});

test.each<[string, SuppressionConditions, boolean]>([
  ['all fields that are given', { source: ['suricata'], ruleId: ['1', '2001219'], severity: ['low'] }, true],
  ['not all of them', { source: ['suricata'], severity: ['high'] }, false],
  ['one of the titles, without case', { title: ['nothing', 'PORT SCAN*'] }, true],
  ['a field that the alert has not', { ruleName: ['*scan*'] }, false],
  ['one of the tags', { tags: ['daily', 'weekly'] }, true],
  ['a technique by its parent', { techniques: ['T1059'] }, true],
  ['no technique whose name merely begins so', { techniques: ['T104'] }, false],
  ['an address by its network', { observables: [{ type: 'ip', value: '10.2.0.0/16', role: 'source' }] }, true],
  ['an address in another role', { observables: [{ type: 'ip', value: '10.2.0.0/16', role: 'destination' }] }, false],
  ['an address of version 6', { observables: [{ value: '2001:db8::/32' }] }, true],
  ['a network that is none', { observables: [{ value: '10.2.3.4/99' }] }, false],
  ['every observable', { observables: [{ type: 'host', value: 'srv-?.*' }, { value: '10.2.3.4' }] }, true],
  ['not every observable', { observables: [{ type: 'host', value: 'srv-?.*' }, { value: '10.9.9.9' }] }, false],
])('%s', (_, conditions, isMet) => {
  expect(conditionsTest(conditions)(alert)).toBe(isMet);
});
