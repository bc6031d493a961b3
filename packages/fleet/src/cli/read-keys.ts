import type { KeyObject } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { publicKeysOf } from '@soc/audit';
import { OperatorError } from '../operator-error.ts';

const reasonOf = (error: unknown): string =>
  error instanceof Error && 'code' in error ? String(error.code) : 'it does not fit';

/** What is said of something that the operator named and that cannot be read: for `catch`. */
export const cannotReadThe =
  (what: string, path: string) =>
  (error: unknown): never => {
    throw new OperatorError(`The ${what} cannot be read from ${path}: ${reasonOf(error)}.`, { cause: error });
  };

/** The public keys of a PEM file: one or, where the key was changed, several. A private key stands for its public part. */
export async function readKeys(path: string): Promise<readonly [KeyObject, ...KeyObject[]]> {
  const text = await readFile(path, 'utf8').catch(cannotReadThe('key', path));
  try {
    const [first, ...rest] = publicKeysOf(text);
    if (first) return [first, ...rest];
  } catch (error) {
    return cannotReadThe('key', path)(error);
  }
  throw new OperatorError(`There is no key in PEM in ${path}.`);
}
