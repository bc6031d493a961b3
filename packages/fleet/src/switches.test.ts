import { expect, test } from 'vitest';
import { demandWholeFleet, readSwitches } from './switches.ts';

test('everything is on unless a switch says otherwise, and monitoring is for the profile to say', () => {
  expect(readSwitches({ POSTGRES_CLUSTERING_ENABLED: '' })).toEqual({
    MICROSERVICES_ENABLED: true,
    API_GATEWAY_ENABLED: true,
    POSTGRES_CLUSTERING_ENABLED: true,
    MESSAGING_ENABLED: true,
  });
});

test('a switch that is neither on nor off is refused by name', () => {
  expect(() => readSwitches({ MONITORING_ENABLED: 'perhaps' })).toThrow('MONITORING_ENABLED can be true or false.');
});

test('a fleet without events is refused, everywhere', () => {
  expect(() => readSwitches({ MESSAGING_ENABLED: 'false' })).toThrow('MESSAGING_ENABLED=false cannot be');
});

test.each(['MICROSERVICES_ENABLED', 'API_GATEWAY_ENABLED'])('npm start refuses to go without %s', (name) => {
  expect(() => demandWholeFleet(readSwitches({ [name]: 'false' }))).toThrow(`${name}=false is for compose`);
  expect(() => demandWholeFleet(readSwitches({ [name]: 'true' }))).not.toThrow();
});
