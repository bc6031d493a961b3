import { runService } from '@soc/service-kit';
import { gatewayService } from './app.ts';

await runService(gatewayService, process);
