import { describe, expect, it } from 'vitest';
import { createEngine } from './engine.ts';
import { detecting, eventWith } from './small-rules.fixture.ts';

const because = (rule: ReturnType<typeof detecting>, event: ReturnType<typeof eventWith>) =>
  createEngine([rule])
    .match(event)
    .map((match) => match.because());

const explain = (rule: ReturnType<typeof detecting>, event: ReturnType<typeof eventWith>) =>
  createEngine([rule]).explain('rule', event);

describe('the evidence of a match', () => {
  it('is each test that passed, of which search, as the rule writes it, with the values that passed and no others', () => {
    const rule = detecting(
      'who: {User|endswith: [admin, root]}',
      'what: {Image|contains: whoami}',
      'condition: who and what',
    );
    const event = eventWith({ User: ['bob', 'sys-ADMIN', 'administrator'], Image: 'C:\\Whoami.exe', Other: 'whoami' });
    expect(because(rule, event)).toEqual([
      [
        { search: 'who', field: 'User', written: 'admin', values: ['sys-ADMIN'] },
        { search: 'what', field: 'Image', written: 'whoami', values: ['C:\\Whoami.exe'] },
      ],
    ]);
  });

  it('names the field in which a keyword was found', () => {
    expect(because(detecting('- mimikatz'), eventWith({ a: 'x', b: ['y', 'Mimikatz!'], c: 'MIMIKATZ' }))).toEqual([
      [
        { search: 'selection', field: 'b', written: 'mimikatz', values: ['Mimikatz!'] },
        { search: 'selection', field: 'c', written: 'mimikatz', values: ['MIMIKATZ'] },
      ],
    ]);
  });

  it('has the values that another field has too, also where the fields are one', () => {
    const event = eventWith({ User: ['ann', 'bob'], Target: ['BOB', 'eve'] });
    expect(because(detecting('User|fieldref: Target'), event)).toMatchObject([[{ values: ['bob'] }]]);
    expect(because(detecting('User|fieldref: user'), event)).toMatchObject([[{ values: ['ann', 'bob'] }]]);
  });

  it('has no values where a field was to be absent, and the null where it was to be null', () => {
    expect(because(detecting('User: null'), eventWith({}))).toMatchObject([[{ field: 'User', values: [] }]]);
    expect(because(detecting('User: null'), eventWith({ User: ['a', null] }))).toMatchObject([[{ values: [null] }]]);
  });

  it('of a field is found without looking at the fields that the test does not ask of', () => {
    let looks = 0;
    class CountedFields extends Map<string, string | readonly string[]> {
      override [Symbol.iterator]() {
        looks += 1;
        return super[Symbol.iterator]();
      }
    }
    const fields = new CountedFields(Object.entries({ user: ['ann', 'bob'], target: 'bob', other: 'x' }));
    const rule = detecting('User|contains: b', 'User|fieldref: Target');
    const [match] = createEngine([rule]).match({ ...eventWith({}), fields });
    const looksOfMatching = looks;
    expect(match?.because()).toMatchObject([{ values: ['bob'] }, { values: ['bob'] }]);
    expect(looks).toBe(looksOfMatching);
  });
});

describe('an explanation', () => {
  it('names what is absent, what is different and what excludes', () => {
    const rule = detecting(
      'selection: {Image|endswith: whoami.exe, CommandLine|contains: /all}',
      'filter: {User: [SYSTEM, root]}',
      'condition: selection and not filter',
    );
    expect(explain(rule, eventWith({ Image: 'calc.exe', User: ['bob', 'system'] }))).toEqual({
      outcome: 'not_matched',
      obstacles: [
        { search: 'selection', field: 'Image', written: 'whoami.exe', why: 'different', values: ['calc.exe'] },
        { search: 'selection', field: 'CommandLine', written: '/all', why: 'absent', values: [] },
        { search: 'filter', field: 'User', written: 'SYSTEM', why: 'excluded', values: ['system'] },
      ],
    });
  });

  it('of a keyword that is nowhere names no field', () => {
    expect(explain(detecting('- mimikatz'), eventWith({ a: 'x' }))).toEqual({
      outcome: 'not_matched',
      obstacles: [{ search: 'selection', field: undefined, written: 'mimikatz', why: 'different', values: [] }],
    });
  });

  it('names the part of the log source that is missing, and what is there instead', () => {
    expect(explain(detecting('a: b'), eventWith({ a: 'b' }, ['file_event']))).toEqual({
      outcome: 'other_log_source',
      missing: [{ part: 'category', expected: 'process_creation', had: ['file_event'] }],
    });
  });

  it('of a refused or an unknown rule says so', () => {
    const refused = createEngine([detecting(String.raw`a|re: '(?=x)y'`)]);
    expect(refused.explain('rule', eventWith({}))).toEqual({
      outcome: 'refused_rule',
      reason: refused.refusals[0]?.reason,
    });
    expect(refused.explain('other', eventWith({}))).toEqual({ outcome: 'unknown_rule' });
  });
});
