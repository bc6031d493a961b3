import { runService } from '@soc/service-kit';
import { notificationService } from './app.ts';

await runService(notificationService, process);
