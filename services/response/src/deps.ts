import type { DbCluster } from '@soc/db-cluster';
import type { Platform } from '@soc/service-kit';
import type { ResponseConfig } from './config.ts';
import { executeRun } from './executor/execute-run.ts';
import { createFinishRun } from './executor/finish-run.ts';
import { createRunWorker, type RunWorker } from './executor/run-worker.ts';
import { createRequestSender } from './executor/send-request.ts';
import { createFireTriggers, type FireTriggers } from './fire-triggers.ts';
import { createIncidentRepository, type IncidentRepository } from './incident-repository.ts';
import { createJournalRepository, type JournalRepository } from './journal-repository.ts';
import { createLeaseRepository } from './lease-repository.ts';
import { createPlaybookRepository, type PlaybookRepository } from './playbook-repository.ts';
import { createRunRepository, type RunRepository } from './run-repository.ts';
import { createStartRuns, type StartRuns } from './start-runs.ts';
import { createTriggerRepository, type TriggerRepository } from './trigger-repository.ts';

export interface ResponseDeps {
  readonly db: DbCluster;
  readonly now: () => Date;
  readonly allowedHosts: readonly string[];
  readonly playbooks: PlaybookRepository;
  readonly triggers: TriggerRepository;
  readonly incidents: IncidentRepository;
  readonly runs: RunRepository;
  readonly journals: JournalRepository;
  readonly startRuns: StartRuns;
  readonly fireTriggers: FireTriggers;
  readonly worker: RunWorker;
}

export function createResponseDeps(platform: Platform<ResponseConfig>): ResponseDeps {
  const { db, now, outbox, registry, log, config, instanceId } = platform;
  const repositories = {
    playbooks: createPlaybookRepository(),
    triggers: createTriggerRepository(),
    incidents: createIncidentRepository(),
    runs: createRunRepository(),
    journals: createJournalRepository(),
  };
  const { playbooks, triggers, runs } = repositories;
  const allowedHosts = config.RESPONSE_ALLOWED_HOSTS;
  const leases = createLeaseRepository(instanceId, config.RESPONSE_LEASE_MS);
  const execution = {
    ...repositories,
    db,
    leases,
    log,
    allowedHosts,
    sender: createRequestSender(),
    finishRun: createFinishRun({ runs, outbox, registry, log }),
    random: Math.random,
    pollMs: config.RESPONSE_POLL_MS,
    leaseMs: config.RESPONSE_LEASE_MS,
    defaultTimeoutMs: config.RESPONSE_STEP_TIMEOUT_MS,
  };
  const worker = createRunWorker({
    db,
    leases,
    log,
    execute: (lease, isStopping) => executeRun(execution, lease, isStopping),
    concurrency: config.RESPONSE_CONCURRENCY,
    pollMs: config.RESPONSE_POLL_MS,
  });
  const startRuns = createStartRuns({ runs, now, wakeRuns: worker.wake });
  const fireTriggers = createFireTriggers({ triggers, playbooks, startRuns, now });
  return { ...repositories, db, now, allowedHosts, startRuns, fireTriggers, worker };
}
