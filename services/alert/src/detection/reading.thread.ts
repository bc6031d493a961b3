import { workerData } from 'node:worker_threads';
import { answerRequests } from './answer-requests.ts';
import { readImport } from './read-import.ts';
import type { ReadingTask } from './thread-protocol.ts';

answerRequests(readImport(workerData as ReadingTask), () => ({ answer: undefined })); // what `createRuleReader` gives
