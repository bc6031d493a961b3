export type { Registry } from 'prom-client';
export { Counter, Gauge, Histogram } from 'prom-client';
export * from './durations.ts';
export * from './health-checker.ts';
export * from './performance-monitor.ts';
export * from './registry.ts';
export * from './tally.ts';
