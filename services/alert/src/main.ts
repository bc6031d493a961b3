import { runService } from '@soc/service-kit';
import { alertService } from './app.ts';

await runService(alertService, process);
