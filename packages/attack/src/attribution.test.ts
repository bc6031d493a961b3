import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { attribute, type TechniqueHints, withAttribution } from './attribution.ts';
import { TECHNIQUE_CATALOGUE } from './technique-catalogue.ts';

const nothing: TechniqueHints = { title: '', description: null, ruleName: null, tactics: [], techniques: [], tags: [] };
const found = (hints: Partial<TechniqueHints>) =>
  attribute({ ...nothing, ...hints }).techniques.map(({ id, origin }) => `${id} ${origin}`);

describe('attribute', () => {
  it('keeps what the source names, in the usual spelling, with its name where it is known', () => {
    expect(attribute({ ...nothing, techniques: ['t1059.001'] })).toEqual({
      techniques: [{ id: 'T1059.001', name: 'PowerShell', origin: 'source', evidence: 'the source names t1059.001' }],
      tactics: ['execution'],
    });
  });

  it('keeps techniques and tactics that no catalogue knows', () => {
    const { techniques, tactics } = attribute({
      ...nothing,
      techniques: ['T9999', 'AML.T0051'],
      tactics: ['Stealth Ops'],
    });
    expect(techniques.map(({ id, name }) => [id, name])).toEqual([
      ['T9999', null],
      ['AML.T0051', null],
    ]);
    expect(tactics).toEqual(['stealth-ops']);
  });

  it.each([
    ['attack.t1003.001', ['T1003.001 tag']],
    ['ATTACK.T1003', ['T1003 tag']],
    ['mitre_attack:T1003', ['T1003 tag']],
    ['attack.g0016', []],
    ['attack.s0002', []],
    ['cve.2021-44228', []],
  ])('reads the tag %s', (tag, expected) => {
    expect(found({ tags: [tag] })).toEqual(expected);
  });

  it('reads tactics from tags, those of the future too', () => {
    const tags = ['attack.defense_evasion', 'attack.initial-access', 'attack.counter-ai', 'attack.g0016'];
    expect(attribute({ ...nothing, tags }).tactics).toEqual(['defense-evasion', 'initial-access', 'counter-ai']);
  });

  it('finds keywords in title, rule name and description, where a word begins', () => {
    expect(found({ title: 'Encoded PowerShell command' })).toEqual(['T1059.001 keyword']);
    expect(found({ ruleName: 'ET POLICY CryptoMiner traffic' })).toEqual(['T1496 keyword']);
    expect(found({ description: 'rundll32.exe loaded it' })).toEqual(['T1218.011 keyword']);
    expect(found({ title: 'C2 traffic' })).toEqual(['T1071 keyword']);
    expect(found({ title: 'abc2 and c25' })).toEqual([]);
    expect(attribute({ ...nothing, title: 'Brute-force on SSH' }).techniques[0]?.evidence).toBe(
      'the text says “brute force”',
    );
  });

  it('tells a technique once, by its best origin', () => {
    const tags = ['attack.t1059.001', 'attack.t1110'];
    expect(found({ title: 'powershell brute force mimikatz', techniques: ['T1059.001'], tags })).toEqual([
      'T1059.001 source',
      'T1110 tag',
      'T1003 keyword',
    ]);
  });

  it('takes any text', () => {
    const hints = fc.record({
      title: fc.string({ unit: 'binary' }),
      description: fc.option(fc.string({ unit: 'binary' })),
      ruleName: fc.option(fc.string()),
      tactics: fc.array(fc.string()),
      techniques: fc.array(fc.string()),
      tags: fc.array(fc.string()),
    });
    fc.assert(
      fc.property(hints, (given) => {
        const { techniques } = attribute(given);
        const ids = techniques.map(({ id }) => id);
        expect(new Set(ids).size).toBe(ids.length);
        expect(techniques.every(({ id, evidence }) => id !== '' && evidence !== '')).toBe(true);
      }),
    );
  });
});

describe('the catalogue', () => {
  it('holds each technique once, with phrases as the search reads text', () => {
    const ids = TECHNIQUE_CATALOGUE.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { id, phrases } of TECHNIQUE_CATALOGUE) {
      expect(id).toMatch(/^T\d{4}(?:\.\d{3})?$/);
      for (const phrase of phrases) expect(phrase).toMatch(/^[a-z0-9]+(?: [a-z0-9]+)* ?$/);
    }
  });

  it('finds every phrase it holds', () => {
    for (const { id, phrases } of TECHNIQUE_CATALOGUE) {
      for (const phrase of phrases) expect(found({ title: phrase })).toContain(`${id} keyword`);
    }
  });
});

describe('withAttribution', () => {
  it('keeps what the alert has and adds what it speaks of', () => {
    const alert = { ...nothing, title: 'Encoded PowerShell', techniques: ['t1027'], tactics: ['Stealth Ops'] };
    expect(withAttribution(alert)).toEqual({
      techniques: ['t1027', 'T1027', 'T1059.001'],
      tactics: ['Stealth Ops', 'stealth-ops', 'defense-evasion', 'execution'],
    });
  });

  it('adds nothing to an alert that has its attribution', () => {
    const word = fc.constantFrom(
      'T1059',
      't1027 ',
      'T9999',
      '',
      'attack.t1566',
      'attack.initial_access',
      'nmap',
      'Phish',
    );
    const words = fc.array(word, { maxLength: 5 });
    fc.assert(
      fc.property(words, words, words, words, (said, techniques, tactics, tags) => {
        const alert = { ...nothing, title: said.join(' '), techniques, tactics, tags };
        const once = withAttribution(alert);
        expect(withAttribution({ ...alert, ...once })).toEqual(once);
      }),
    );
  });
});
