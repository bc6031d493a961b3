export { type PatroniPair, startPatroniPair } from './start-patroni-pair.ts';
export type { PatroniNode } from './patroni-node.ts';
export { untilWritable } from './until-writable.ts';
