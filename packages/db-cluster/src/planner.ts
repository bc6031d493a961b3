import {
  closeConnection,
  type Connection,
  type ConnectionSettings,
  clientConfig,
  openConnection,
} from './connection.ts';
import { askPlan } from './probe.ts';
import { asError } from './waiting-line.ts';
import { within } from './within.ts';

/** Plans of statements of one server. */
export interface Planner {
  /** How the server would run a statement whose values it does not know, or why it does not say. Never throws. */
  readonly explain: (text: string) => Promise<string>;
  readonly close: () => void;
}

/** A table that is locked, by a migration say, is not waited for: planning would stand in line before those that write to it. */
const LOCK_WITHIN_MS = 200;
const PLAN_WITHIN_MS = 2_000;
const LONGEST_LINE = 64;

/** Asks one at a time, each on a session of its own, so that a plan that is long in coming holds up nothing but other plans. */
export function createPlanner(settings: ConnectionSettings): Planner {
  const config = clientConfig({ ...settings, statementTimeoutMs: PLAN_WITHIN_MS, connectTimeoutMs: PLAN_WITHIN_MS });
  let open: Connection | undefined;
  let waiting = 0;
  let closed = false;
  let last: Promise<string> = Promise.resolve('');

  const ask = async (text: string): Promise<string> => {
    try {
      if (closed) return 'no plan: the cluster is closed';
      const { client } = (open = await openConnection(config, () => undefined));
      await client.query(`set lock_timeout = ${LOCK_WITHIN_MS}`);
      return await within(askPlan(client, text), PLAN_WITHIN_MS);
    } catch (error) {
      return `no plan: ${asError(error).message}`;
    } finally {
      if (open) closeConnection(open);
      open = undefined;
      waiting -= 1;
    }
  };

  return {
    explain: (text) => {
      if (waiting >= LONGEST_LINE) return Promise.resolve(`no plan: ${waiting} are being asked for already`);
      waiting += 1;
      last = last.then(() => ask(text));
      return last;
    },
    close: () => {
      closed = true;
      if (open) closeConnection(open);
    },
  };
}
