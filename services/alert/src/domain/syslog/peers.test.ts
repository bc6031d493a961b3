import { expect, test } from 'vitest';
import { readPeers } from './peers.ts';

test('the narrowest network of an address names its tenant and mapping', () => {
  const peers = readPeers('10.0.0.0/8=acme, 10.1.2.3=beta:firewall,2001:db8::/32=acme,');
  if (typeof peers === 'string') throw new Error(peers);
  expect(peers('10.9.9.9')).toMatchObject({ tenantId: 'acme', mapping: null });
  expect(peers('::ffff:10.1.2.3')).toMatchObject({ tenantId: 'beta', mapping: 'firewall' });
  expect(peers('2001:db8::7')).toMatchObject({ tenantId: 'acme' });
  expect([peers('192.0.2.1'), peers('::1'), peers('')]).toEqual([null, null, null]);
});

test.each(['10.0.0.0/33=acme', 'acme', '10.0.0.0/8=', '10.0.0.0/8=ACME!', 'host=acme', '::1/129=a'])(
  'an entry that is none is named: %s',
  (entry) => {
    expect(readPeers(`10.0.0.1=ok,${entry}`)).toContain(entry);
  },
);
