import cluster from 'node:cluster';
import { createLog, runService } from '@soc/service-kit';
import { workersWanted } from './workers/workers-wanted.ts';

const count = workersWanted(process.env);
if (cluster.isPrimary && count > 1) {
  const { keepWorkers } = await import('./workers/keep-workers.ts');
  const log = createLog({ level: 'info', service: 'gateway', instance: process.env['INSTANCE_ID'] ?? 'gateway' });
  // Workers take connections themselves: one that their keeper has handed on hangs for ever when its worker is killed before it
  // has taken it. They come out as evenly as by turns.
  cluster.schedulingPolicy = cluster.SCHED_NONE;
  keepWorkers({ cluster, host: process, log, count });
} else {
  // The process that keeps the workers needs nothing of what they are made of.
  const { gatewayService } = await import('./app.ts');
  await runService(gatewayService, process);
}
