import { GetBucketVersioningCommand, GetObjectLockConfigurationCommand, type S3Client } from '@aws-sdk/client-s3';
import type { BusLog } from '@soc/messaging';
import { ConfigError } from '@soc/service-kit';
import { createS3Client, isDenied, isUnsupported, type S3Settings, nameOf } from './s3-settings.ts';

/** What a bucket does for evidence; undefined where the server does not tell. */
export interface BucketFacts {
  /** Refuses to remove what is held. There is none without versions. */
  readonly objectLock: boolean | undefined;
  /** Keeps what something else is written over. */
  readonly versions: boolean | undefined;
}

/** What the server does not have, or does not let us ask for; anything else is a fault. */
async function unlessUntold<T>(answer: Promise<T>): Promise<T | undefined> {
  try {
    return await answer;
  } catch (error) {
    if (isDenied(error) || isUnsupported(error)) return undefined;
    throw error;
  }
}

interface Asking {
  readonly abortSignal?: AbortSignal;
}

async function hasLock(client: S3Client, Bucket: string, asking: Asking): Promise<boolean> {
  try {
    const answer = await client.send(new GetObjectLockConfigurationCommand({ Bucket }), asking);
    return answer.ObjectLockConfiguration?.ObjectLockEnabled === 'Enabled';
  } catch (error) {
    if (nameOf(error) === 'ObjectLockConfigurationNotFoundError') return false;
    throw error;
  }
}

/** Asks the server. Rejects when it does not answer, or has no such bucket. */
export async function factsOf(client: S3Client, Bucket: string, asking: Asking = {}): Promise<BucketFacts> {
  const objectLock = await unlessUntold(hasLock(client, Bucket, asking));
  if (objectLock === true) return { objectLock, versions: true };
  const versioning = await unlessUntold(client.send(new GetBucketVersioningCommand({ Bucket }), asking));
  return { objectLock, versions: versioning && versioning.Status === 'Enabled' };
}

/** What is missing, as a sentence; undefined when nothing is, as far as the server tells. */
function missingIn({ objectLock, versions }: BucketFacts): string | undefined {
  // A lock needs versions.
  if (versions === false) {
    return 'the bucket has no object lock and no versions: nothing obeys a hold, and evidence can be written over';
  }
  return objectLock === false ? 'the bucket has no object lock: nothing obeys a hold' : undefined;
}

/** Longest that a start waits for the server. */
const ASK_WITHIN_MS = 5_000;

/**
 * For the start of the service: throws for a bucket without object lock, where it is required, and logs a warning otherwise. A server that is away
 * does not stop the start: health tells then.
 */
export async function demandObjectLock(settings: S3Settings, log: Pick<BusLog, 'warn'>): Promise<void> {
  const client = createS3Client(settings);
  let missing: string | undefined;
  try {
    missing = missingIn(await factsOf(client, settings.bucket, { abortSignal: AbortSignal.timeout(ASK_WITHIN_MS) }));
  } catch (error) {
    log.warn({ err: error, bucket: settings.bucket }, 'evidence store not asked for its object lock');
    return;
  } finally {
    client.destroy();
  }
  if (missing === undefined) return;
  if (settings.isLockRequired) {
    throw new ConfigError(`EVIDENCE_S3_BUCKET: ${missing} (EVIDENCE_S3_LOCK_REQUIRED=false starts all the same)`);
  }
  log.warn({ bucket: settings.bucket, missing }, 'evidence store does not protect what it keeps');
}

/** Facts for a health check. A lock can never be taken off a bucket: once seen, it is not asked for again. */
export function createBucketCheck(
  client: S3Client,
  { bucket, isLockRequired }: S3Settings,
): () => Promise<Readonly<Record<string, unknown>>> {
  let isLocked = false;
  return async () => {
    if (isLocked) return { objectLock: true, versions: true };
    const facts = await factsOf(client, bucket);
    isLocked = facts.objectLock === true;
    const warning = missingIn(facts);
    if (warning !== undefined && isLockRequired) throw new Error(warning);
    const { objectLock = 'unknown', versions = 'unknown' } = facts;
    return { objectLock, versions, ...(warning !== undefined && { warning }) };
  };
}
