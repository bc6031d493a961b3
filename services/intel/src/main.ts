import process from 'node:process';
import { runService } from '@soc/service-kit';
import { intelService } from './app.ts';

await runService(intelService, process);
