import { StoreObject } from '@soc/contracts/storage/objects';
import { badRequest, route, uuidv7 } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { createContentProbe } from '../domain/content-probe.ts';
import { dropUpload, type IntakeDeps, problemOf, takeIn } from '../intake.ts';
import type { UploadRecord } from '../upload-repository.ts';

/** Longest silence in the middle of an upload. */
const IDLE_TIMEOUT_MS = 60_000;
/** Longest that an upload in one piece may take. */
const EXPIRES_AFTER_MS = 24 * 60 * 60 * 1000;

const mediaTypeOf = (header: string | undefined): string | undefined =>
  /^\s*([\w.+-]{1,63}\/[\w.+-]{1,63})/.exec(header ?? '')?.[1]?.toLowerCase();

const lengthOf = (header: string | undefined): number | undefined =>
  header === undefined ? undefined : Number(header);

export const storeObjectRoute = (deps: IntakeDeps & Pick<StorageDeps, 'maxObjectBytes'>) =>
  route(StoreObject, async ({ query, principal, request, reply, origin }) => {
    const { db, now, objectStore, uploads, maxObjectBytes } = deps;
    const startedAt = now();
    const upload: UploadRecord = {
      id: uuidv7(startedAt.getTime()),
      tenantId: principal.tenantId,
      started: undefined,
      filename: query.filename,
      contentType: query.contentType ?? mediaTypeOf(request.headers['content-type']) ?? 'application/octet-stream',
      sizeBytes: null,
      sha256: query.sha256 ?? null,
      blake3: query.blake3 ?? null,
      incidentId: query.incidentId ?? null,
      alertId: query.alertId ?? null,
      startedBy: principal.name,
      startedById: principal.subject,
      startedAt: startedAt.toISOString(),
      expiresAt: new Date(startedAt.getTime() + EXPIRES_AFTER_MS).toISOString(),
    };
    await db.tx((tx) => uploads.insert(tx, upload));
    const probe = createContentProbe();
    const outcome = await objectStore.put(request.raw, {
      tenantId: upload.tenantId,
      name: upload.id,
      maxBytes: maxObjectBytes,
      idleTimeoutMs: IDLE_TIMEOUT_MS,
      expectedBytes: lengthOf(request.headers['content-length']),
      expected: query,
      observe: probe.see,
    });
    if (!outcome.ok) {
      await dropUpload(deps, upload);
      // The rest of the body is still on its way and of no use.
      reply.header('connection', 'close');
      throw problemOf(outcome.refusal);
    }
    const finding = probe.find(upload.contentType);
    const object = await takeIn(deps, upload, { content: outcome.content, finding }, { principal, origin });
    if (!object) throw badRequest('request.interrupted', 'the body took longer than an upload may');
    return object;
  });
