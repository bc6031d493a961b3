export { type SharedInfluxdb, sharedInfluxdb } from './shared-influxdb.ts';
export { startInfluxdb } from './start-influxdb.ts';
