import { eventSubscribers } from '@soc/contracts/event-subscribers';
import { events } from '@soc/contracts/events';
import { expect, test } from 'vitest';
import { findEventUses } from '../../scripts/event-uses.ts';

const usesOf = findEventUses();

test.each(events)('$type is published by its owner and nobody else', (spec) => {
  expect(usesOf(spec).publishers).toEqual([spec.owner]);
});

test.each(events)('$type has a subscriber', (spec) => {
  expect(usesOf(spec).subscribers).not.toEqual([]);
});

test.each(events)('the contract names exactly the services that subscribe to $type', (spec) => {
  expect(usesOf(spec).subscribers.toSorted()).toEqual(eventSubscribers[spec.type]?.toSorted());
});
