import { describe, expect, it } from 'vitest';
import { tacticName, techniqueIds } from './attack.ts';

describe('ATT&CK names', () => {
  it.each(['TA0001', 'ta0001', 'Initial Access', 'InitialAccess', 'initial_access', 'initial-access'])('%s', (text) => {
    expect(tacticName(text)).toBe('initial-access');
  });

  it('a tactic that nobody knows stays as it came', () => {
    expect(tacticName('Follow Through')).toBe('Follow Through');
    expect(tacticName('TA9999')).toBe('TA9999');
  });

  it.each([
    ['T1059', ['T1059']],
    ['attack.t1059.001', ['T1059.001']],
    ['["T1566","T1059"]', ['T1566', 'T1059']],
    ['PowerShell', ['PowerShell']],
    ['T10591', ['T10591']],
  ])('technique %s', (text, expected) => {
    expect(techniqueIds(text)).toEqual(expected);
  });
});
