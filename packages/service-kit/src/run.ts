import { bootService, type RunningService } from './boot.ts';
import type { ServiceDefinition } from './service-definition.ts';

/** Closes a service within `timeoutMs`, then ends the process: code 0 when it closed in time, 1 when not. */
async function shutDown(service: RunningService, host: NodeJS.Process, reason: string): Promise<void> {
  const { log, config } = service;
  log.info({ reason }, 'stopping');
  const deadline = setTimeout(() => {
    log.error({ timeoutMs: config.SHUTDOWN_TIMEOUT_MS }, 'not stopped in time, giving up');
    host.exit(1);
  }, config.SHUTDOWN_TIMEOUT_MS);
  try {
    await service.close();
    log.info({}, 'stopped');
    clearTimeout(deadline);
    host.exit(0);
  } catch (error) {
    log.error({ err: error }, 'did not stop cleanly');
    host.exit(1);
  }
}

/**
 * Owns a process: boots the service from its environment, and stops it gracefully on SIGTERM, SIGINT, or when the parent
 * that holds its IPC channel is gone. A bad environment ends it with one sentence and exit code 1.
 */
export async function runService(definition: ServiceDefinition, host: NodeJS.Process): Promise<void> {
  const service = await bootService(definition, { env: host.env }).catch((error: unknown) => {
    const reason = error instanceof Error ? error.message : String(error);
    host.stderr.write(`${definition.name} cannot start: ${reason}\n`);
    return undefined;
  });
  if (!service) return host.exit(1);

  let stopping = false;
  const stop = (reason: string): void => {
    if (stopping) return;
    stopping = true;
    void shutDown(service, host, reason);
  };
  host.on('SIGTERM', () => stop('SIGTERM'));
  host.on('SIGINT', () => stop('SIGINT'));
  const { reload } = service;
  if (reload) host.on('SIGHUP', () => void reload());
  if (host.connected) host.on('disconnect', () => stop('parent gone'));
  host.on('unhandledRejection', (error) => {
    service.log.error({ err: error }, 'unhandled rejection');
    host.exitCode = 1;
    stop('unhandled rejection');
  });

  try {
    const url = await service.listen();
    service.log.info({ url }, 'listening');
  } catch (error) {
    service.log.error({ err: error }, 'cannot listen');
    host.exit(1);
  }
}
