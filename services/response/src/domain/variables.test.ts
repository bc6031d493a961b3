import { exampleIncident } from '@soc/fleet/testing';
import { describe, expect, test } from 'vitest';
import { BUILT_IN_VARIABLES, fill, incidentVariables, referencesIn, runScope, substitute } from './variables.ts';

const asIs = (value: string) => value;

describe('the facts of an incident', () => {
  const incident = exampleIncident({
    entities: [
      { type: 'host', value: 'web-1' },
      { type: 'host', value: 'web-2' },
    ],
  });

  test('are variables, all of them known to the import', () => {
    const names = Object.keys(incidentVariables(incident));
    expect(names.filter((name) => !BUILT_IN_VARIABLES.includes(name))).toEqual([]);
  });

  test('give the first entity of a type and all of them; none where there is none', () => {
    const variables = incidentVariables(incident);
    expect(variables).toMatchObject({ __incident_entity_host__: 'web-1', __incident_entities_host__: 'web-1,web-2' });
    expect(variables).not.toHaveProperty('__incident_entity_ip__');
  });
});

describe('references', () => {
  test('are found in both spellings, several in one text, with underscores in their names', () => {
    expect(referencesIn('__a__:value$$b-1$$:value __c_d__:value __e__ __1__:value')).toEqual([
      '__a__',
      '__b-1__',
      '__c_d__',
    ]);
  });

  test('in a value that was put in are not followed', () => {
    const scope = new Map([
      ['__a__', '__b__:value'],
      ['__b__', 'secret'],
    ]);
    expect(substitute('x __a__:value', scope, asIs)).toEqual({ ok: true, text: 'x __b__:value' });
  });

  test('without a value stay where that is allowed, and are named where it is not', () => {
    expect(fill('x __a__:value', new Map(), asIs)).toBe('x __a__:value');
    expect(substitute('__a__:value __a__:value', new Map(), asIs)).toEqual({
      ok: false,
      message: '__a__ has no value',
    });
  });
});

test('later values win: the declared, then the given, then what steps gave', () => {
  const declared = { type: 'string', value: 'declared' };
  const variables = new Map(['__a__', '__b__', '__c__'].map((name) => [name, declared]));
  const scope = runScope({ variables }, { __b__: 'given', __c__: 'given' }, [{ __c__: 'first' }, { __c__: 'second' }]);
  expect(Object.fromEntries(scope)).toEqual({ __a__: 'declared', __b__: 'given', __c__: 'second' });
});
