import process from 'node:process';
import { runService } from '@soc/service-kit';
import { aiService } from './app.ts';

await runService(aiService, process);
