import { OperatorError } from '../operator-error.ts';

/** What is said of a file that the operator named and that cannot be read: for `catch`. */
export const cannotRead =
  (path: string) =>
  (error: unknown): never => {
    const reason = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    throw new OperatorError(`${path} cannot be read: ${reason}.`, { cause: error });
  };
