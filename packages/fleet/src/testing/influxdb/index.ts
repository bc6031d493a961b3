export { type SharedInfluxdb, sharedInfluxdb } from './shared-influxdb.ts';
