import { generateKeyPairSync, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  canonicalJson,
  type Checkpoint,
  checkpointHash,
  createMerkleTree,
  leafHash,
  signCheckpoint,
  trailLine,
  verifyTrail,
} from '@soc/audit';
import { type AuditFact, type EventEnvelope, uuidv7 } from '@soc/contracts';
import { createDbCluster, type DbCluster, migrate } from '@soc/db-cluster';
import { createSharedTestDatabase, makeTemporaryDirectory, startTestPostgres } from '@soc/fleet/testing';
import { messagingMigrations } from '@soc/messaging';
import { createRegistry } from '@soc/monitoring';
import { appendRecords } from '../services/auth/src/audit/append-records.ts';
import { auditRecordRepository } from '../services/auth/src/audit/audit-record-repository.ts';
import { type Benchmark, rounded } from './benchmark.ts';
import { treeMs } from './cpu.ts';

type Say = (line: string) => void;

const RECORDS = 100_000;
const SINGLE_RECORDS = 1_000;
/** What the consumer of the auth service takes at once. */
const BATCH = 256;
const CHECKPOINT_EVERY = 1_000;

function eventOf(): EventEnvelope<AuditFact> {
  return {
    specversion: '1.0',
    id: uuidv7(Date.now()),
    type: 'audit.response.recorded',
    dataschemaversion: 1,
    source: 'response',
    time: new Date().toISOString(),
    tenantid: 'default',
    subject: 'run',
    correlationid: randomUUID(),
    data: {
      action: 'run.decide_step',
      outcome: 'success',
      actor: { kind: 'user', id: randomUUID(), name: 'Somebody Somewhere' },
      target: { type: 'run', id: randomUUID() },
      details: { decision: 'approve', stepId: 'action--isolate' },
      request: { method: 'POST', route: '/api/v1/response/runs/:id/approve', address: '192.0.2.7' },
    },
  };
}

interface Cost {
  readonly perS: number;
  readonly clientUs: number;
  readonly serverUs: number;
}

/** Wall clock, and CPU of this process and of the server, of `work` on so many records. */
async function costOf(records: number, serverPid: number, work: () => Promise<void>): Promise<Cost> {
  const [startedAtMs, cpu, serverMs] = [performance.now(), process.cpuUsage(), await treeMs(serverPid)];
  await work();
  const { user, system } = process.cpuUsage(cpu);
  return {
    perS: records / ((performance.now() - startedAtMs) / 1_000),
    clientUs: (user + system) / records,
    serverUs: (((await treeMs(serverPid)) - serverMs) * 1_000) / records,
  };
}

const append = async (db: DbCluster, records: number, batch: number): Promise<void> => {
  for (let done = 0; done < records; done += batch) {
    const events = Array.from({ length: Math.min(batch, records - done) }, eventOf);
    await db.tx((tx) => appendRecords(tx, auditRecordRepository, events));
  }
};

async function appending(db: DbCluster, serverPid: number, say: Say) {
  const single = await costOf(SINGLE_RECORDS, serverPid, () => append(db, SINGLE_RECORDS, 1));
  const batched = await costOf(RECORDS, serverPid, () => append(db, RECORDS, BATCH));
  for (const [name, { perS, clientUs, serverUs }] of Object.entries({ single, batched })) {
    say(
      `${name}: ${perS.toFixed(0)}/s, ${clientUs.toFixed(0)} µs here and ${serverUs.toFixed(0)} µs in the server each`,
    );
  }
  return { single, batched };
}

/** Writes the trail as an export does, and signs it every 1,000 records. */
async function exportTrail(db: DbCluster, path: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const tree = createMerkleTree();
  const checkpoints: { name: string; text: string }[] = [];
  let last: Checkpoint | undefined;
  const file = await open(path, 'w');
  for (let after = 0; ;) {
    const records = await auditRecordRepository.listAfter(db.write, after, CHECKPOINT_EVERY);
    for (const { seq, chain, body } of records) {
      tree.append(leafHash(body));
      await file.write(`${trailLine({ seq, chain, content: { body } })}\n`);
    }
    const head = records.at(-1);
    if (!head) break;
    after = head.seq;
    const claim = { size: after, root: tree.root().toString('hex'), chain: head.chain.toString('hex') };
    const previous = last ? checkpointHash(last) : null;
    last = signCheckpoint({ ...claim, at: new Date().toISOString(), previous }, privateKey);
    checkpoints.push({ name: String(after), text: canonicalJson(last) });
  }
  await file.close();
  return { publicKey, checkpoints };
}

async function verifying(db: DbCluster, path: string, say: Say) {
  const { publicKey, checkpoints } = await exportTrail(db, path);
  const [startedAtMs, cpu] = [performance.now(), process.cpuUsage()];
  const lines = createInterface({ input: createReadStream(path) });
  const { findings, records } = await verifyTrail({ lines, checkpoints, publicKeys: [publicKey] });
  if (findings.length > 0) throw new Error(`an intact trail has findings: ${JSON.stringify(findings)}`);
  const { user, system } = process.cpuUsage(cpu);
  const perS = records / ((performance.now() - startedAtMs) / 1_000);
  const cpuUs = (user + system) / records;
  say(
    `verified offline: ${records} records, ${checkpoints.length} checkpoints, ${perS.toFixed(0)}/s, ${cpuUs.toFixed(1)} µs each`,
  );
  return { perS, cpuUs };
}

async function withTrail<T>(work: (db: DbCluster, serverPid: number, directory: string) => Promise<T>): Promise<T> {
  const directory = await makeTemporaryDirectory('bench-audit');
  const server = await startTestPostgres(directory.path, true);
  const { urlOf } = await createSharedTestDatabase(['auth'], server.url);
  const url = urlOf('auth');
  const own = new URL('../services/auth/migrations/', import.meta.url);
  await migrate({ url, schema: 'auth', directories: [messagingMigrations, own] });
  const db = createDbCluster({
    primaryUrl: url,
    replicaUrls: [],
    poolSize: 2,
    applicationName: 'bench',
    registry: createRegistry('bench', 'bench'),
    onError: (error) => console.warn(error.message),
  });
  const pid = Number((await readFile(join(server.directory, 'postmaster.pid'), 'utf8')).split('\n')[0]);
  try {
    return await work(db, pid, directory.path);
  } finally {
    await db.close();
    await server.stop();
    await directory[Symbol.asyncDispose]();
  }
}

/**
 * What a record of the audit trail costs. Appending, as the consumer of the auth service does it (lock, head, hashes, insert, commit) on a
 * PostgreSQL that fsyncs: one record a transaction, and 256. Inbox, bus and outbox are not in it. Verifying a file of 101,000
 * exported records offline, a checkpoint every 1,000: reading, parsing, hashing, the Merkle tree, the signatures.
 */
export const benchmark: Benchmark = {
  goals: { append_batched_per_s: '>= 2000', verify_us: '<= 100' },
  run: (say) =>
    withTrail(async (db, serverPid, directory) => {
      const { single, batched } = await appending(db, serverPid, say);
      const verified = await verifying(db, join(directory, 'trail.ndjson'), say);
      return {
        append_single_per_s: rounded(single.perS, 0),
        append_single_client_us: rounded(single.clientUs),
        append_single_server_us: rounded(single.serverUs),
        append_batched_per_s: rounded(batched.perS, 0),
        append_batched_client_us: rounded(batched.clientUs),
        append_batched_server_us: rounded(batched.serverUs),
        verify_per_s: rounded(verified.perS, 0),
        verify_us: rounded(verified.cpuUs),
      };
    }),
};
