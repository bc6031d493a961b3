import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { JsonObject } from './event-fields.ts';
import { eventSources, isEventSource, viewEvent } from './view-event.ts';

describe('viewEvent', () => {
  it('gives nested fields dotted names, lists several values, and a list of objects several values of each field', () => {
    const { fields } = viewEvent({
      a: { 'B c': 1 },
      list: ['x', 'y', 'x'],
      objects: [{ n: 1 }, { n: 2 }],
      none: [],
      empty: {},
    });
    expect([...fields]).toEqual([
      ['a', []],
      ['a.bc', 1],
      ['list', ['x', 'y']],
      ['objects', []],
      ['objects.n', [1, 2]],
      ['none', null],
      ['empty', null],
    ]);
  });

  it('gives what no format knows its fields, its time and no log source', () => {
    const view = viewEvent({ hello: 'world', timestamp: 1_700_000_000 });
    expect(view).toMatchObject({ product: undefined, services: [], categories: [] });
    expect(view.fields.get('hello')).toBe('world');
    expect(view.timeMs).toBe(1_700_000_000_000);
  });

  it('believes a source that names a log source, and one that names a format', () => {
    expect(viewEvent({ message: '%SEC_LOGIN-5' }, 'product=cisco, service=aaa')).toMatchObject({
      product: 'cisco',
      services: ['aaa'],
      categories: [],
    });
    expect(viewEvent({ action: 'x.y' }, 'github')).toMatchObject({ product: 'github', services: ['audit'] });
    expect(viewEvent({ action: 'x.y' }, 'GitHub.Audit')).toMatchObject({ product: 'github', services: ['audit'] });
  });

  it('knows the sources it knows', () => {
    expect(eventSources).toContain('zeek');
    expect(['zeek', 'service=sshd', 'Windows'].map(isEventSource)).toEqual([true, true, true]);
    expect(['splunk', 'product=', 'product=a,product=b', 'host=a'].map(isEventSource)).toEqual([
      false,
      false,
      false,
      false,
    ]);
  });

  it('recognises an event whose top-level names have lost their capitals', () => {
    const view = viewEvent({
      eventsource: 's3.amazonaws.com',
      eventname: 'GetObject',
      awsregion: 'x',
      eventtime: '2022-07-17 04:50:23',
    });
    expect(view).toMatchObject({ product: 'aws', services: ['cloudtrail'], timeMs: Date.UTC(2022, 6, 17, 4, 50, 23) });
  });

  it('survives nesting deeper than any stack, and names that belong to objects', () => {
    const depth = 20_000;
    const deep = JSON.parse(`${'{"requestParameters":'.repeat(depth)}1${'}'.repeat(depth)}`);
    const hostile: JsonObject = JSON.parse(
      '{"__proto__":{"a":1},"constructor":"x","eventSource":"s","eventName":"n","awsRegion":"r"}',
    );
    expect(viewEvent({ ...hostile, ...deep }).product).toBe('aws');
    expect(viewEvent(hostile).fields.get('__proto__.a')).toBe(1);
  });

  it('takes time in proportion to a list that says one thing many times', () => {
    const { fields } = viewEvent({ list: Array.from({ length: 50_000 }, (_, index) => index % 60_000) });
    expect(fields.get('list')).toHaveLength(50_000);
  });

  it('a field that is named after itself ends, and stays what it is', () => {
    const values = Array.from({ length: 64 }, (_, index) => index);
    const event = { deviceVendor: 'x', deviceProduct: 'y', cs1Label: 'CS 1', cs1: values };
    expect(viewEvent(event).fields.get('cs1')).toEqual(values);
  });

  it('takes time in proportion to the categories and types that ECS lists', () => {
    const made = (word: string) => Array.from({ length: 50_000 }, (_, index) => `${word} ${index}`);
    const event = { category: [...made('c'), 'process', 'File'], type: [...made('t'), 'Start', 'deletion'] };
    expect(viewEvent({ event }, 'ecs').categories).toEqual(['process_creation', 'file_delete']);
  });

  it('never throws, whatever the event holds and whatever its source is said to be', () => {
    const anyName = fc.oneof(
      fc.string(),
      fc.constantFrom('EventID', 'Event', 'winlog', 'event_data', 'id.orig_h', 'properties', 'type', 'uri'),
    );
    fc.assert(
      fc.property(
        fc.dictionary(anyName, fc.jsonValue()),
        fc.constantFrom(...eventSources, undefined),
        (raw, source) => {
          const { timeMs, fields } = viewEvent(raw, source);
          expect(timeMs === undefined || Number.isFinite(timeMs)).toBe(true);
          for (const name of fields.keys()) expect(name).toBe(name.toLowerCase());
        },
      ),
    );
  });
});
