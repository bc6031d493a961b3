import type { Observable } from '@soc/contracts';
import { CreateIndicator, UpdateIndicator } from '@soc/contracts/intel/indicator-endpoints';
import { MatchObservables } from '@soc/contracts/intel/lookup';
import { CreateWarninglist } from '@soc/contracts/intel/warninglist';
import { startTestService, type TestService } from '@soc/fleet/testing';
import fc from 'fast-check';
import ipaddr from 'ipaddr.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService, { now: () => new Date('2026-03-01T00:00:00Z') });
  const known = [
    { type: 'domain', value: 'evil.example', threat: 'RainCloud', confidence: 90 },
    { type: 'ip', value: '203.0.113.7' },
    { type: 'cidr', value: '198.51.100.0/24', confidence: 40 },
    { type: 'cidr', value: '2001:db8:bad::/48' },
    { type: 'url', value: 'https://files.example/drop' },
    { type: 'sha256', value: 'e'.repeat(64) },
    { type: 'ip', value: '8.8.8.8' },
    { type: 'ip', value: '192.0.2.1', validUntil: '2026-02-01T00:00:00Z', validFrom: '2026-01-01T00:00:00Z' },
    { type: 'ip', value: '192.0.2.2', validFrom: '2026-04-01T00:00:00Z' },
  ];
  for (const body of known) await service.call(CreateIndicator, { body });
  const { body } = await service.call(CreateIndicator, { body: { type: 'ip', value: '192.0.2.3' } });
  await service.call(UpdateIndicator, { params: { id: body.id }, body: { revoked: true } });
});
afterAll(() => service.close());

async function match(observables: readonly Observable[], token = service.tokens.service) {
  const { status, body } = await service.call(MatchObservables, { body: { observables }, token });
  expect(status).toBe(200);
  const matches = body.matches.map(({ kind, indicatorValue }) => `${kind} ${indicatorValue}`);
  return { ...body, matches, hits: body.warninglistHits.map(({ list, entry }) => `${list}: ${entry}`) };
}

it.each<[Observable['type'], string, readonly string[]]>([
  ['domain', 'evil.example', ['exact evil.example']],
  ['domain', 'a.b.Evil.example.', ['subdomain evil.example']],
  ['domain', 'notevil.example', []],
  ['host', 'web.evil.example', ['subdomain evil.example']],
  ['url', 'http://evil.example:8080/x', ['host evil.example']],
  ['url', 'https://files.example/drop#top', ['exact https://files.example/drop']],
  ['url', 'https://203.0.113.7/x', ['host 203.0.113.7']],
  ['url', 'https://198.51.100.9/x', ['cidr 198.51.100.0/24']],
  ['email', 'm@mail.evil.example', ['subdomain evil.example']],
  ['ip', '203.0.113.7', ['exact 203.0.113.7']],
  ['ip', '::ffff:203.0.113.7', ['exact 203.0.113.7']],
  ['ip', '198.51.100.255', ['cidr 198.51.100.0/24']],
  ['ip', '198.51.101.0', []],
  ['ip', '2001:db8:bad::1', ['cidr 2001:db8:bad::/48']],
  ['sha256', 'E'.repeat(64), [`exact ${'e'.repeat(64)}`]],
  ['ip', '192.0.2.1', []],
  ['ip', '192.0.2.2', []],
  ['ip', '192.0.2.3', []],
  ['user', 'evil.example', []],
  ['ip', 'not an address', []],
])('%s %s matches %j', async (type, value, expected) => {
  expect((await match([{ type, value }])).matches).toEqual(expected);
});

it('tells the observable, its role, the threat and the source; the most confident match first', async () => {
  const observables: Observable[] = [
    { type: 'ip', value: '198.51.100.1', role: 'source' },
    { type: 'domain', value: 'www.evil.example' },
  ];
  const { body } = await service.call(MatchObservables, { body: { observables } });
  expect(body.reputation).toBe('malicious');
  expect(body.matches).toMatchObject([
    { observable: observables[1], threat: 'RainCloud', source: 'manual', confidence: 90, kind: 'subdomain' },
    { observable: observables[0], threat: null, confidence: 40, kind: 'cidr' },
  ]);
});

it('warns of a match that is likely false, and does not call it malicious', async () => {
  const found = await match([{ type: 'ip', value: '8.8.8.8' }]);
  expect(found).toMatchObject({
    reputation: 'benign',
    matches: ['exact 8.8.8.8'],
    hits: ['Public DNS resolvers: 8.8.8.8'],
  });
});

it('finds an address in the networks of a built-in list', async () => {
  expect((await match([{ type: 'ip', value: '10.1.2.3' }])).hits).toEqual(['Private networks: 10.0.0.0/8']);
});

it('applies a list of a tenant to the observables it speaks of, and to that tenant alone', async () => {
  const list = { name: 'our cloud', type: 'hostname', list: ['cloud.example'], matching_attributes: ['domain'] };
  expect((await service.call(CreateWarninglist, { body: list })).status).toBe(201);
  const domain: Observable = { type: 'domain', value: 'a.cloud.example' };
  expect((await match([domain])).hits).toEqual(['our cloud: cloud.example']);
  expect((await match([{ type: 'url', value: 'https://a.cloud.example/' }])).hits).toEqual([]);
  expect((await match([domain], service.tokens.otherTenantAdmin)).hits).toEqual([]);
});

it('shows a tenant no indicator of another', async () => {
  const observables: Observable[] = [
    { type: 'ip', value: '203.0.113.7' },
    { type: 'ip', value: '198.51.100.1' },
  ];
  expect((await match(observables, service.tokens.otherTenantAdmin)).matches).toEqual([]);
});

it('finds exactly the networks that contain an address, compared with every other', async () => {
  const octet = fc.constantFrom(0, 1, 127, 128, 255);
  const v4 = fc.tuple(octet, octet, octet).map((rest) => `198.${rest.join('.')}`);
  const v6 = fc.tuple(octet, octet).map(([a, b]) => `2001:db8:${a.toString(16)}::${b.toString(16)}`);
  const network = fc.oneof(
    fc.tuple(v4, fc.integer({ min: 8, max: 32 })).map(([address, length]) => `${address}/${length}`),
    fc.tuple(v6, fc.integer({ min: 32, max: 128 })).map(([address, length]) => `${address}/${length}`),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(network, { minLength: 1, maxLength: 12 }),
      fc.uniqueArray(fc.oneof(v4, v6), { minLength: 1, maxLength: 12 }),
      async (networks, addresses) => {
        await service.query(`delete from intel.indicators where tenant_id = 'other'`);
        const token = service.tokens.otherTenantAdmin;
        for (const value of networks) await service.call(CreateIndicator, { body: { type: 'cidr', value }, token });
        const observables = addresses.map((value) => ({ type: 'ip' as const, value }));
        const { body } = await service.call(MatchObservables, { body: { observables }, token });
        const found = body.matches.map(({ observable, indicatorValue }) => `${observable.value} in ${indicatorValue}`);
        const canonical = new Set(
          networks
            .map((text) => ipaddr.parseCIDR(text))
            .map(([address, length]) =>
              address instanceof ipaddr.IPv4
                ? `${ipaddr.IPv4.networkAddressFromCIDR(`${address.toString()}/${length}`).toString()}/${length}`
                : `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${length}`).toRFC5952String()}/${length}`,
            ),
        );
        const contains = (address: string, text: string): boolean => {
          const [one, around] = [ipaddr.parse(address), ipaddr.parseCIDR(text)];
          return one.kind() === around[0].kind() && one.match(around);
        };
        const expected = addresses.flatMap((address) =>
          [...canonical].filter((text) => contains(address, text)).map((text) => `${address} in ${text}`),
        );
        expect(found.toSorted()).toEqual(expected.toSorted());
      },
    ),
    { numRuns: 25 },
  );
});
