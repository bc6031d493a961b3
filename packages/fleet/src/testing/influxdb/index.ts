export { ensureInfluxdb } from './install-influxdb.ts';
export { type SharedInfluxdb, sharedInfluxdb } from './shared-influxdb.ts';
export { INFLUXDB_USER, startInfluxdb } from './start-influxdb.ts';
