import { runService } from '@soc/service-kit';
import { authService } from './app.ts';

await runService(authService, process);
