import type { ObservableType } from '@soc/contracts';
import type { IndicatorType } from '@soc/contracts/intel/indicator';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lookupOf } from './lookup.ts';

const describeLookup = (type: ObservableType, value: string) => {
  const { candidates, address } = lookupOf({ type, value });
  return { candidates: candidates.map((one) => `${one.kind} ${one.type} ${one.value}`), address };
};

describe('lookupOf', () => {
  it.each<[ObservableType, string, readonly string[], string | undefined]>([
    ['ip', '203.0.113.7', ['exact ip 203.0.113.7'], '203.0.113.7'],
    ['ip', '2001:DB8::1', ['exact ip 2001:db8::1'], '2001:db8::1'],
    [
      'domain',
      'A.B.evil.example',
      ['exact domain a.b.evil.example', 'subdomain domain b.evil.example', 'subdomain domain evil.example'],
      undefined,
    ],
    ['host', 'WEB01', [], undefined],
    ['host', 'web01.corp.example', ['exact domain web01.corp.example', 'subdomain domain corp.example'], undefined],
    ['host', '203.0.113.7', ['exact ip 203.0.113.7'], '203.0.113.7'],
    ['url', 'http://evil.example/x', ['exact url http://evil.example/x', 'host domain evil.example'], undefined],
    ['url', 'http://203.0.113.7/x', ['exact url http://203.0.113.7/x', 'host ip 203.0.113.7'], '203.0.113.7'],
    ['url', 'http://[2001:db8::1]/x', ['exact url http://[2001:db8::1]/x', 'host ip 2001:db8::1'], '2001:db8::1'],
    ['url', '/index.php', [], undefined],
    [
      'email',
      'M@mail.evil.example',
      ['exact email m@mail.evil.example', 'host domain mail.evil.example', 'subdomain domain evil.example'],
      undefined,
    ],
    ['md5', 'D41D8CD98F00B204E9800998ECF8427E', ['exact md5 d41d8cd98f00b204e9800998ecf8427e'], undefined],
    ['sha256', 'too short', [], undefined],
    ['user', 'evil.example', [], undefined],
    ['process', 'evil.example', [], undefined],
  ])('looks %s %j up', (type, value, candidates, address) => {
    expect(describeLookup(type, value)).toEqual({ candidates, address });
  });

  /** What it means for a domain indicator to speak for a name, said without splitting anything. */
  const speaksFor = (indicator: string, name: string): boolean => name === indicator || name.endsWith(`.${indicator}`);

  const label = fc.constantFrom('aa', 'bb', 'evil', 'example');
  const domain = fc.array(label, { minLength: 2, maxLength: 5 }).map((labels) => labels.join('.'));

  it('finds exactly the domains that speak for a name, compared with every other', () => {
    fc.assert(
      fc.property(domain, fc.array(domain, { maxLength: 30 }), (name, indicators) => {
        const found = new Set(lookupOf({ type: 'domain', value: name }).candidates.map(({ value }) => value));
        const expected = indicators.filter((indicator) => speaksFor(indicator, name));
        expect(indicators.filter((indicator) => found.has(indicator))).toEqual(expected);
      }),
    );
  });

  it('finds the same domains through a URL and an e-mail address of a host as through the host', () => {
    const domainsOf = (type: ObservableType, value: string) =>
      lookupOf({ type, value })
        .candidates.filter((candidate) => candidate.type === ('domain' satisfies IndicatorType))
        .map(({ value: found }) => found);
    fc.assert(
      fc.property(domain, (name) => {
        expect(domainsOf('url', `https://${name}:8443/a?b`)).toEqual(domainsOf('domain', name));
        expect(domainsOf('email', `a@${name}`)).toEqual(domainsOf('domain', name));
      }),
    );
  });

  it('takes any value of any type', () => {
    const types = fc.constantFrom<ObservableType>('ip', 'domain', 'url', 'email', 'md5', 'host', 'user', 'process');
    fc.assert(
      fc.property(types, fc.string({ unit: 'binary', minLength: 1 }), (type, value) => {
        const values = lookupOf({ type, value }).candidates.map((one) => `${one.type} ${one.value}`);
        expect(new Set(values).size).toBe(values.length);
      }),
    );
  });
});
