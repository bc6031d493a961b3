import { Readable } from 'node:stream';
import { type ExportedObject, type SignedManifest, signManifest } from '@soc/audit/custody';
import { ExportCustody } from '@soc/contracts/storage/custody';
import type { EvidenceObject } from '@soc/contracts/storage/objects';
import { inTenant, type Queryable, type Tx } from '@soc/db-cluster';
import { gone, locked, notFound, route, type RouteContext, unprocessable, uuidv7 } from '@soc/service-kit';
import { type BrokenOff, enterBrokenOff } from '../custody/enter-broken-off.ts';
import { exportArchive } from '../custody/export-archive.ts';
import type { StorageDeps } from '../deps.ts';
import type { KeptObject } from '../evidence-repository.ts';
import { lockForAccess, quarantineDetail } from './lock-for-access.ts';

type ExportDeps = Pick<StorageDeps, 'db' | 'now' | 'evidence' | 'objectStore' | 'custodyKeys' | 'maxExportObjects'>;

/** The rest is told once these are known. */
const MAX_IDS_TOLD = 20;
const HINT = 'ask with "quarantined": "acknowledged", or leave contents out';

const isGivenOut = ({ purgedAt }: EvidenceObject): boolean => purgedAt === null;

interface Asked {
  readonly objectIds?: readonly string[] | undefined;
  readonly incidentId?: string | undefined;
  readonly alertId?: string | undefined;
}

/** What is asked for, in the order of ids: all of it, or a refusal. */
async function findAsked(deps: ExportDeps, tenantId: string, asked: Asked): Promise<readonly KeptObject[]> {
  const { db, evidence, maxExportObjects } = deps;
  const found = await evidence.listKept(db.write, { tenantId, ...asked, limitRows: maxExportObjects + 1 });
  const wanted = new Set(asked.objectIds).size;
  if (found.length === 0 || found.length < Math.min(wanted, maxExportObjects)) {
    throw notFound('storage.object_not_found');
  }
  if (found.length > maxExportObjects) {
    throw unprocessable('storage.too_many_objects', `an export holds ${maxExportObjects} objects at most`);
  }
  return found;
}

async function demandContents({ objectStore }: ExportDeps, found: readonly KeptObject[]): Promise<void> {
  for (const { object, key } of found.filter((each) => each.object.purgedAt === null)) {
    const content = await objectStore.open(key);
    if (!content) throw gone('storage.content_gone', `the content of ${object.id} is no longer in the store`);
    content.destroy();
  }
}

/** Before the first entry is made: an export that is refused leaves none. */
function demandNoQuarantine(found: readonly KeptObject[]): void {
  const quarantined = found.flatMap(({ object }) =>
    isGivenOut(object) && object.quarantineReason !== null ? object.id : [],
  );
  if (quarantined.length === 0) return;
  const shown = quarantined.slice(0, MAX_IDS_TOLD).join(', ') + (quarantined.length > MAX_IDS_TOLD ? ', …' : '');
  throw locked('storage.quarantined', `these are in quarantine; ${HINT}: ${shown}`);
}

/** Reads go on after the request's own scope has ended. */
const readingFor = (tenantId: string, { db }: ExportDeps): Queryable => ({
  query: (statement, options) => inTenant({ tenantId }, () => db.write.query(statement, options)),
});

interface ExportEntry {
  readonly by: { readonly actor: string; readonly actorId: string; readonly at: string };
  readonly detail: { readonly exportId: string; readonly content: 'included' | 'left_out' } & Readonly<
    Record<'recipient' | 'purpose', string>
  >;
  readonly acknowledged: boolean;
}

/** The entry of the export in one object's custody, and what the manifest says of the object: as it is now, not when it was found. */
async function enterExport(
  { evidence }: ExportDeps,
  tx: Tx,
  found: EvidenceObject,
  { by, detail, acknowledged }: ExportEntry,
): Promise<ExportedObject> {
  const object = await lockForAccess(evidence, tx, found, {
    acknowledged: acknowledged || !isGivenOut(found),
    hint: HINT,
  });
  const quarantine = quarantineDetail(object);
  const entry = { action: 'exported' as const, ...by, detail: { ...detail, ...quarantine } };
  const head = await evidence.appendCustody(tx, object, entry);
  const { id, filename, contentType, sizeBytes, sha256, blake3, storedAt, storedBy } = object;
  return {
    id,
    filename,
    contentType,
    sizeBytes,
    sha256,
    blake3,
    storedAt,
    storedBy,
    entries: head.sequence,
    chain: head.chain,
    content: isGivenOut(object) ? detail.content : 'purged',
    ...quarantine,
  };
}

interface Exporting {
  readonly exportId: string;
  readonly at: string;
  readonly acknowledged: boolean;
  /** Ids of the objects whose entry may be committed. */
  readonly begun: string[];
}

/**
 * Enters the export in the custody of all, and signs what it consists of. Each object's entry is a transaction of its own: an export of
 * many holds up nobody who uses one of them.
 */
async function enterAll(
  deps: ExportDeps,
  found: readonly KeptObject[],
  { body, principal, record }: Pick<RouteContext<typeof ExportCustody>, 'body' | 'principal' | 'record'>,
  { exportId, at, acknowledged, begun }: Exporting,
): Promise<SignedManifest> {
  const { recipient, purpose, content } = body;
  const { tenantId, name, subject } = principal;
  const detail = { exportId, recipient, purpose, content };
  const by = { actor: name, actorId: subject, at };
  const entered: ExportedObject[] = [];
  for (const { object } of found) {
    begun.push(object.id);
    entered.push(await deps.db.tx((tx) => enterExport(deps, tx, object, { by, detail, acknowledged })));
  }
  const exportedBy = { id: subject, name };
  const exported = { exportId, at, tenantId, exportedBy, recipient, purpose, objects: entered };
  const signed = signManifest(exported, deps.custodyKeys.privateKey);
  await deps.db.tx((tx) => record(tx, { targetId: exportId, details: { objects: entered.length } }));
  return signed;
}

export const exportCustodyRoute = (deps: ExportDeps) =>
  route(ExportCustody, async (context) => {
    const { body, principal, reply, log } = context;
    const { now, objectStore, custodyKeys } = deps;
    const { content, quarantined, recipient: _, purpose: __, ...asked } = body;
    const { tenantId, name, subject } = principal;
    const found = await findAsked(deps, tenantId, asked);
    const acknowledged = quarantined !== undefined || content === 'left_out';
    if (!acknowledged) demandNoQuarantine(found);
    if (content === 'included') await demandContents(deps, found);
    const exportId = uuidv7(now().getTime());
    const begun: string[] = [];
    const breakOff = (where: BrokenOff): Promise<void> => {
      const by = { actor: name, actorId: subject };
      return enterBrokenOff(deps, { exportId, tenantId, objectIds: begun, by }, where, log);
    };
    const exporting = { exportId, at: now().toISOString(), acknowledged, begun };
    const signed = await enterAll(deps, found, context, exporting).catch(async (error: unknown) => {
      await breakOff('before_archive');
      throw error;
    });
    // Gone while the entries were made: of its close nobody would tell any more.
    if (reply.raw.destroyed) {
      await breakOff('before_archive');
      return reply.hijack();
    }
    const keys = new Map(found.map(({ object, key }) => [object.id, key]));
    const archive = exportArchive({
      signed,
      publicKeys: custodyKeys.publicKeys,
      read: readingFor(tenantId, deps),
      openContent: (id) => objectStore.open(keys.get(id) ?? ''),
    });
    const stream = Readable.from(archive, { objectMode: false });
    stream.on('error', (error) => log.error({ err: error, exportId }, 'export of custody broken off'));
    // Whether the archive failed, or who was given it has gone: its end was not written. Who has all of it may be gone before that is told.
    reply.raw.once('close', () => {
      if (!reply.raw.writableEnded) void breakOff('in_archive');
    });
    return reply
      .type('application/x-tar')
      .header('content-disposition', `attachment; filename="custody-${exportId}.tar"`)
      .header('x-export-id', exportId)
      .send(stream);
  });
