import { randomBytes, randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { CreateBucketCommand, GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { startLargeS3Server, TEST_S3_KEYS } from '@soc/fleet/testing/s3';
import { createS3ObjectStore } from '../services/storage/src/adapters/s3-object-store.ts';
import { type Benchmark, percentile, rounded } from './benchmark.ts';

const MIB = 1024 ** 2;
const OBJECT_BYTES = 128 * MIB;
const PART_BYTES = 8 * MIB;
const ROUNDS = 3;
const CAPACITY_BYTES = 8 * 1024 ** 3;

const block = randomBytes(64 * 1024);

function* content(): Generator<Buffer> {
  for (let at = 0; at < OBJECT_BYTES; at += block.length) yield block;
}

const mibPerS = async (work: () => Promise<unknown>): Promise<number> => {
  const startedAtMs = performance.now();
  await work();
  return OBJECT_BYTES / MIB / ((performance.now() - startedAtMs) / 1000);
};

async function drain(body: Readable | undefined): Promise<void> {
  if (!body) throw new Error('no content');
  for await (const chunk of body) void chunk;
}

const median = (values: readonly number[]): number => percentile(values, 0.5);

/**
 * Objects of 128 MiB up to a real S3 server and down, by the adapter (both hashes, bounded buffers) and by the bare SDK
 * (`Upload` of lib-storage with as many parts at once, no hash), alternately. The server is on the same machine and disk.
 */
export const benchmark: Benchmark = {
  goals: { up_share_percent: '>= 80', down_share_percent: '>= 80' },
  run: async (say) => {
    const server = await startLargeS3Server(CAPACITY_BYTES);
    try {
      const settings = { endpoint: server.url, region: 'us-east-1', credentials: TEST_S3_KEYS };
      const Bucket = `bench-${randomUUID()}`;
      const bare = new S3Client({
        ...settings,
        forcePathStyle: true,
        requestChecksumCalculation: 'WHEN_REQUIRED',
        responseChecksumValidation: 'WHEN_REQUIRED',
      });
      await bare.send(new CreateBucketCommand({ Bucket, ObjectLockEnabledForBucket: true }));
      const ours = createS3ObjectStore({
        ...settings,
        bucket: Bucket,
        publicEndpoint: undefined,
        isPathStyle: true,
        encryption: 'none',
        kmsKeyId: undefined,
        lockMode: 'COMPLIANCE',
        isLockRequired: true,
        partBytes: PART_BYTES,
      });
      const figures = {
        oursUp: [] as number[],
        oursDown: [] as number[],
        bareUp: [] as number[],
        bareDown: [] as number[],
      };
      for (let round = 0; round <= ROUNDS; round++) {
        const Key = randomUUID();
        const place = { tenantId: 'bench', name: randomUUID() };
        let key = '';
        const bareUp = await mibPerS(() =>
          new Upload({
            client: bare,
            params: { Bucket, Key, Body: Readable.from(content()) },
            partSize: PART_BYTES,
            queueSize: 3,
          }).done(),
        );
        const oursUp = await mibPerS(async () => {
          const options = { ...place, maxBytes: OBJECT_BYTES, idleTimeoutMs: 60_000, expectedBytes: undefined };
          const outcome = await ours.put(Readable.from(content()), options);
          if (!outcome.ok) throw new Error(outcome.refusal);
          key = outcome.content.key;
        });
        const bareDown = await mibPerS(async () => {
          const { Body } = await bare.send(new GetObjectCommand({ Bucket, Key }));
          await drain(Body instanceof Readable ? Body : undefined);
        });
        const oursDown = await mibPerS(async () => drain(await ours.open(key)));
        await ours.remove(key);
        if (round === 0) continue; // connections and caches
        say(
          `MiB/s up: ${oursUp.toFixed(0)}, bare ${bareUp.toFixed(0)}; down: ${oursDown.toFixed(0)}, bare ${bareDown.toFixed(0)}`,
        );
        figures.oursUp.push(oursUp);
        figures.bareUp.push(bareUp);
        figures.oursDown.push(oursDown);
        figures.bareDown.push(bareDown);
      }
      const [up, down] = [median(figures.oursUp), median(figures.oursDown)];
      return {
        up_mib_per_s: rounded(up, 0),
        down_mib_per_s: rounded(down, 0),
        up_share_percent: rounded((up / median(figures.bareUp)) * 100),
        down_share_percent: rounded((down / median(figures.bareDown)) * 100),
      };
    } finally {
      await server.stop();
    }
  },
};
