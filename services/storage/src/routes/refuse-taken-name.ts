import { conflict } from '@soc/service-kit';

const UNIQUE_VIOLATION = '23505';

/** Runs a write that the unique index on names may refuse: then it throws the 409. */
export async function refuseTakenName<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === UNIQUE_VIOLATION)) throw error;
    throw conflict('storage.name_taken', 'another one of yours has this name');
  }
}
