import type { KeyObject } from 'node:crypto';
import {
  type Checkpoint,
  checkpointHash,
  createTrailVerifier,
  describeFinding,
  type Finding,
  readCheckpoints,
  signCheckpoint,
} from '@soc/audit';
import type { DbCluster } from '@soc/db-cluster';
import { disagreementOf } from '../domain/audit-columns.ts';
import type { auditRecordRepository } from './audit-record-repository.ts';
import type { CheckpointDirectory } from './checkpoint-directory.ts';

/** The trail is not the one that was signed. */
export class BrokenTrailError extends Error {
  override readonly name = 'BrokenTrailError';
}

/** The trail as one process has read it. Every call throws `BrokenTrailError` when something contradicts. */
export interface FollowedTrail {
  /** Reads and checks what is new; whether it came to the end before the signal. */
  readonly follow: (signal: AbortSignal) => Promise<boolean>;
  /** Takes in what other replicas have signed since: it must follow what is known, and agree with the records. */
  readonly learn: () => Promise<void>;
  /** Signs what has been followed; resolves with the name of the file, or undefined when another replica was quicker. */
  readonly sign: (at: Date) => Promise<string | undefined>;
  readonly facts: () => { readonly records: number; readonly root: string; readonly signedRecords: number };
  /** When the newest checkpoint was signed. */
  readonly signedAt: () => Date | undefined;
}

export interface TrailSources {
  readonly db: Pick<DbCluster, 'write'>;
  readonly records: Pick<typeof auditRecordRepository, 'listAfter' | 'find'>;
  readonly directory: CheckpointDirectory;
  /** Ed25519. */
  readonly keys: { readonly privateKey: KeyObject; readonly publicKey: KeyObject };
}

/** Records read at once. */
const CHUNK = 500;

const demand = (finding: Finding | undefined): void => {
  if (finding) throw new BrokenTrailError(describeFinding(finding));
};

/** Reads the checkpoints there are; the trail has to agree with them. */
export async function followTrail({ db, records, directory, keys }: TrailSources): Promise<FollowedTrail> {
  const publicKeys = [keys.publicKey];
  const files = await directory.read();
  const { checkpoints, findings } = readCheckpoints(files, publicKeys);
  demand(findings[0]);
  const verifier = createTrailVerifier(checkpoints);
  let last: { readonly name: string; readonly checkpoint: Checkpoint } | undefined;
  const remember = (name: string | undefined, checkpoint: Checkpoint | undefined): void => {
    if (name !== undefined && checkpoint) last = { name, checkpoint };
  };
  remember(files.at(-1)?.name, checkpoints.at(-1));

  return {
    follow: async (signal) => {
      while (!signal.aborted) {
        const found = await records.listAfter(db.write, verifier.records(), CHUNK);
        for (const { seq, chain, body, ...columns } of found) {
          const disagreement = disagreementOf(seq, columns, body);
          if (disagreement !== undefined) throw new BrokenTrailError(disagreement);
          demand(verifier.add({ seq, chain, content: { body } }));
        }
        if (found.length < CHUNK) {
          demand(verifier.end());
          return true;
        }
      }
      return false;
    },
    learn: async () => {
      for (const file of await directory.read(last?.name)) {
        const series = readCheckpoints([file], publicKeys, last?.checkpoint);
        demand(series.findings[0]);
        for (const checkpoint of series.checkpoints) {
          const { size, chain } = checkpoint.claim;
          const record = await records.find(db.write, size);
          if (record?.chain.toString('hex') !== chain) demand({ kind: 'contradicts_checkpoint', seq: size, size });
          remember(file.name, checkpoint);
        }
      }
    },
    sign: async (at) => {
      const { records: size, root, chain } = verifier.state();
      const claim = {
        size,
        root: root.toString('hex'),
        chain: chain.toString('hex'),
        at: at.toISOString(),
        previous: last ? checkpointHash(last.checkpoint) : null,
      };
      const checkpoint = signCheckpoint(claim, keys.privateKey);
      // The lock may be gone with its connection by now: what counts is whose file it is.
      const { name, isWritten } = await directory.write(checkpoint, last?.name);
      if (!isWritten) return undefined;
      remember(name, checkpoint);
      return name;
    },
    facts: () => {
      const { records: followed, root } = verifier.state();
      return { records: followed, root: root.toString('hex'), signedRecords: last?.checkpoint.claim.size ?? 0 };
    },
    signedAt: () => (last ? new Date(last.checkpoint.claim.at) : undefined),
  };
}
