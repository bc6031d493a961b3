import { runService } from '@soc/service-kit';
import { responseService } from './app.ts';

await runService(responseService, process);
