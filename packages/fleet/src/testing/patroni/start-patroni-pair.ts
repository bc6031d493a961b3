import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import type { Host } from '../../host.ts';
import { together } from '../../together.ts';
import { takeFreePorts } from '../free-ports.ts';
import { makeTemporaryDirectory } from '../temporary-directory.ts';
import { waitFor } from '../wait-for.ts';
import { ensurePatroni } from './install-patroni.ts';
import { createPatroniNode, type PatroniNode } from './patroni-node.ts';
import { startEtcd } from './start-etcd.ts';

/** What Patroni says of one node: `leader`, `sync_standby`, `replica` and so on; `running`, `streaming` and so on. */
export interface PatroniMember {
  readonly name: string;
  readonly role: string;
  readonly state: string;
  /** Absent while the node is down. */
  readonly timeline?: number | undefined;
}

/** A PostgreSQL primary and a synchronous replica that Patroni keeps available, with an etcd of their own. */
export interface PatroniPair {
  readonly nodes: readonly [PatroniNode, PatroniNode];
  /** As the first node that answers sees them. */
  readonly members: () => Promise<readonly PatroniMember[]>;
  /** Waits until one node leads and the other is its synchronous standby. Throws after `deadlineMs` (60 s). */
  readonly untilWhole: (
    deadlineMs?: number,
  ) => Promise<{ readonly leader: PatroniNode; readonly standby: PatroniNode }>;
  /** Has the standby take over in order; resolves when Patroni has accepted the request, not when it is done. */
  readonly switchOver: () => Promise<void>;
  /** Stops everything and removes the data. */
  readonly stop: () => Promise<void>;
}

const Cluster = z.object({
  members: z.array(
    z.object({ name: z.string(), role: z.string(), state: z.string(), timeline: z.number().optional() }),
  ),
});

const API_TIMEOUT_MS = 5_000;

/**
 * Starts a pair on free ports of this machine, below a temporary folder, as an unprivileged user. Debian's packages are
 * installed when they are not there; their own services stay as they are. Should this process die, however, the servers stop.
 */
export async function startPatroniPair(
  host: Host,
  onOutput: (text: string) => void = () => undefined,
): Promise<PatroniPair> {
  const programs = await ensurePatroni(host, onOutput);
  const directory = await makeTemporaryDirectory('patroni');
  const [clientPort, peerPort = 0, ...ports] = await takeFreePorts(6);
  const etcd = await startEtcd({ program: programs.etcd, directory: directory.path, clientPort, peerPort, host });
  const password = randomBytes(16).toString('hex');
  const create = (index: 0 | 1) =>
    createPatroniNode({
      name: `node-${index + 1}`,
      directory: directory.path,
      postgresPort: ports[index] ?? 0,
      apiPort: ports[index + 2] ?? 0,
      etcdPort: clientPort,
      password,
      programs,
      host,
    });
  const nodes: PatroniPair['nodes'] = [await create(0), await create(1)];
  const stop = async (): Promise<void> => {
    await together(nodes.map((node) => node.stop()));
    await etcd.stop();
    await directory[Symbol.asyncDispose]();
  };
  try {
    // The first makes the cluster; both at once would race for it, and the loser start over.
    for (const node of nodes) await node.start();
    const pair = describePair(nodes, stop);
    await pair.untilWhole();
    return pair;
  } catch (error) {
    await stop();
    throw error;
  }
}

function describePair(nodes: PatroniPair['nodes'], stop: () => Promise<void>): PatroniPair {
  const members = async () => (await askAny(nodes)).members;
  const roles = async () => {
    const all = await members();
    const find = (isIt: (member: PatroniMember) => boolean) => {
      const name = all.find(isIt)?.name;
      return nodes.find((node) => node.name === name);
    };
    const leader = find(({ role, state }) => role === 'leader' && state === 'running');
    const standby = find(
      ({ role, state }) => role === 'sync_standby' && (state === 'running' || state === 'streaming'),
    );
    if (!leader || !standby) throw new Error(`not whole: ${JSON.stringify(all)}`);
    return { leader, standby };
  };
  return {
    nodes,
    members,
    untilWhole: (deadlineMs = 60_000) => waitFor(roles, { deadlineMs, everyMs: 100 }),
    switchOver: async () => {
      const { leader, standby } = await roles();
      const answer = await fetch(`${leader.apiUrl}/switchover`, {
        method: 'POST',
        body: JSON.stringify({ leader: leader.name, candidate: standby.name }),
        signal: AbortSignal.timeout(60_000),
      });
      if (!answer.ok) throw new Error(`Patroni refused to switch over: ${await answer.text()}`);
    },
    stop,
  };
}

async function askAny(nodes: readonly PatroniNode[]): Promise<z.infer<typeof Cluster>> {
  return Promise.any(
    nodes.map(async ({ apiUrl }) => {
      const answer = await fetch(`${apiUrl}/cluster`, { signal: AbortSignal.timeout(API_TIMEOUT_MS) });
      return Cluster.parse(await answer.json());
    }),
  );
}
