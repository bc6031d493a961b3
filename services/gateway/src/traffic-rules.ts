import type { FastifyInstance } from 'fastify';
import { setAnswerHeaders } from './answer-headers.ts';
import { createCors } from './cors.ts';
import type { GatewayDeps } from './deps.ts';

/** What holds for every request, whoever answers it, before its route is entered. */
export function addTrafficRules(
  app: FastifyInstance,
  {
    journal,
    deadlines,
    admit,
    openStreams,
    config,
  }: Pick<GatewayDeps, 'journal' | 'deadlines' | 'admit' | 'openStreams' | 'config'>,
): void {
  const answersPreflight = createCors(config.CORS_ORIGINS);
  app.addHook('onRequest', (request, reply, done) => {
    journal.begin(request, reply);
    setAnswerHeaders(request, reply);
    deadlines.begin(request);
    if (!answersPreflight(request, reply)) done();
  });
  app.addHook('onRequest', admit);
  app.addHook('preClose', (done) => {
    openStreams.endAll();
    done();
  });
}
