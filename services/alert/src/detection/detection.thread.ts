import { workerData } from 'node:worker_threads';
import { answerRequests } from './answer-requests.ts';
import { createDetector } from './detector.ts';
import type { DetectionReady, DetectionRequest, DetectionTask } from './thread-protocol.ts';

const { rules, windows } = workerData as DetectionTask; // what `startDetection` gives
const detector = createDetector(rules, windows);

const ready: DetectionReady = { refusals: detector.refusals, countable: detector.countable };

answerRequests<DetectionRequest>(ready, (request) => {
  switch (request.kind) {
    case 'match': {
      const answer = detector.match(request.lines, request.source ?? undefined);
      return { answer, transfer: [answer.body.buffer] };
    }
    case 'trial':
      return { answer: detector.trial(request.body, request.source ?? undefined, request.receivedMs) };
    case 'explain':
      return { answer: detector.explain(request.events, request.source ?? undefined) };
  }
});
