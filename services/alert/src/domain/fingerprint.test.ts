import { describe, expect, it } from 'vitest';
import { fingerprintOf } from './fingerprint.ts';

const alert = { source: 'suricata', fingerprintParts: ['a', 'bc'] };

describe('fingerprintOf', () => {
  it('is the SHA-256 of tenant, source and parts, the same every time', () => {
    expect(fingerprintOf('acme', alert)).toMatch(/^[\da-f]{64}$/);
    expect(fingerprintOf('acme', { ...alert })).toBe(fingerprintOf('acme', alert));
  });

  it.each([
    ['another tenant', 'other', alert],
    ['another source', 'acme', { ...alert, source: 'wazuh' }],
    ['the same letters in other parts', 'acme', { ...alert, fingerprintParts: ['ab', 'c'] }],
    ['the same parts in another order', 'acme', { ...alert, fingerprintParts: ['bc', 'a'] }],
  ])('is another for %s', (_, tenantId, other) => {
    expect(fingerprintOf(tenantId, other)).not.toBe(fingerprintOf('acme', alert));
  });
});
