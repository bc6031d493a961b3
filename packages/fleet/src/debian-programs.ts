import { installDebianPackages, systemSearchPath } from './debian-packages.ts';
import type { Host } from './host.ts';
import { OperatorError } from './operator-error.ts';
import { findProgram } from './redis/find-redis-server.ts';

/** A program, what brings it, and the unit, if any, that comes with it and shall not run. */
export interface DebianProgram {
  readonly program: string;
  readonly package: string;
  readonly service?: string;
}

/** Finds programs; installs with apt-get what brings those that are missing. Throws `OperatorError` where that cannot be done. */
export async function ensureDebianPrograms<Name extends string>(
  wanted: Readonly<Record<Name, DebianProgram>>,
  host: Host,
  onOutput: (text: string) => void,
): Promise<Readonly<Record<Name, string>>> {
  // The keys of a record are its names.
  const programs = Object.entries(wanted) as [Name, DebianProgram][];
  const find = () =>
    Promise.all(
      programs.map(async ([name, each]) => ({
        name,
        ...each,
        path: await findProgram(each.program, systemSearchPath(host)),
      })),
    );
  let found = await find();
  const missing = found.filter(({ path }) => path === undefined);
  if (missing.length > 0) {
    const packages = [...new Set(missing.map((each) => each.package))];
    const services = [...new Set(missing.flatMap(({ service }) => service ?? []))];
    const byHand = `install ${packages.join(', ')} by hand.`;
    await installDebianPackages(packages, { host, services, byHand, onOutput });
    found = await find();
  }
  const entries = found.map(({ name, program, path }) => {
    if (path === undefined) throw new OperatorError(`apt-get did not bring ${program}; install ${program} by hand.`);
    return [name, path] as const;
  });
  // `fromEntries` forgets that the keys are exactly the names.
  return Object.fromEntries(entries) as Record<Name, string>;
}
