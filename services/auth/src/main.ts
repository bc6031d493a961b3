import { runService } from '@soc/service-kit';
import { authService } from './app.ts';
import { yieldPoolThreads } from './yield-pool-threads.ts';

await yieldPoolThreads();
await runService(authService, process);
