import { runService } from '@soc/service-kit';
import { storageService } from './app.ts';

await runService(storageService, process);
