import process from 'node:process';
import { aCorrelation, aMatch, correlationsOf, startReplica } from './correlation-replica.fixture.ts';

/** A process of its own, to be killed: commits one match, then takes another and says so with its transaction still open. */
const atMs = Number(process.env['AT_MS']);
const replica = startReplica(process.env['DATABASE_URL'] ?? '');
const correlations = correlationsOf(aCorrelation());
await replica.correlate(correlations, [aMatch('committed', atMs)]);
await replica.correlate(correlations, [aMatch('open', atMs + 1)], async () => {
  process.stdout.write('both taken\n');
  await new Promise(() => undefined);
});
