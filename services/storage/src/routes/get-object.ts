import { GetObject } from '@soc/contracts/storage/objects';
import { route } from '@soc/service-kit';
import type { StorageDeps } from '../deps.ts';
import { findKeptObject } from './find-kept-object.ts';

export const getObjectRoute = ({ db, evidence }: Pick<StorageDeps, 'db' | 'evidence'>) =>
  route(GetObject, async ({ params, principal, consistencyToken }) => {
    const { object } = await findKeptObject(evidence, db.readYourWrites(consistencyToken), principal, params.id);
    return object;
  });
