import { runService } from '@soc/service-kit';
import { analyticsService } from './app.ts';

await runService(analyticsService, process);
