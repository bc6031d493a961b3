import { registerHooks } from 'node:module';
import process from 'node:process';

/** Stands in for service-kit where a service's main file asks for it: loaded, the service must not run. */
const NOTHING_RUNS = 'data:text/javascript,export const runService = () => undefined;';

/**
 * Loads the main files named on the command line without running them, so that Node's compile cache (NODE_COMPILE_CACHE)
 * holds all their code when this process ends. The command `soc` finds no arguments then, and prints its help.
 */
const mainFiles = process.argv.splice(2);
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === '@soc/service-kit' && mainFiles.some((file) => context.parentURL?.endsWith(file))
      ? { url: NOTHING_RUNS, shortCircuit: true }
      : next(specifier, context),
});
await Promise.allSettled(mainFiles.map((file) => import(file)));
