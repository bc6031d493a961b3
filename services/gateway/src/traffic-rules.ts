import { badRequest } from '@soc/service-kit';
import type { FastifyInstance } from 'fastify';
import { addStandingFields, demandPath } from './answer-headers.ts';
import { createCors } from './cors.ts';
import type { GatewayDeps } from './deps.ts';
import { formFaultOf } from './domain/request-form.ts';
import { beginDeadline } from './request-deadlines.ts';

/** What holds for every request, whoever answers it, before its route is entered. */
export function addTrafficRules(
  app: FastifyInstance,
  {
    journal,
    traces,
    admit,
    openStreams,
    shedder,
    live,
  }: Pick<GatewayDeps, 'journal' | 'traces' | 'admit' | 'openStreams' | 'shedder' | 'live'>,
): void {
  const answersPreflight = createCors(() => live.config().CORS_ORIGINS);
  app.addHook('onRequest', (request, reply, done) => {
    journal.begin(request, reply);
    traces.begin(request, reply);
    demandPath(request);
    beginDeadline(request);
    const fault = formFaultOf(request.raw);
    // Whoever writes one such request is not trusted with where the next begins.
    if (fault !== undefined) {
      reply.header('connection', 'close');
      done(badRequest('request.malformed', fault));
    } else if (!answersPreflight(request, reply)) {
      shedder.admit(request, reply);
      done();
    }
  });
  app.addHook('onRequest', admit);
  // Of answers that are given here. Those of services pass Fastify by, and have them from `responseFields`.
  app.addHook('onSend', (request, reply, _, done) => {
    addStandingFields(request, reply);
    done();
  });
  // Left to itself, Node would ask for the body of a request that nobody has looked at yet.
  app.server.on('checkContinue', (request, response) => app.server.emit('request', request, response));
  app.addHook('preParsing', (request, reply, _, done) => {
    if (request.headers.expect !== undefined && request.raw.httpVersionMinor === 1) reply.raw.writeContinue();
    done();
  });
  app.addHook('preClose', (done) => {
    openStreams.endAll();
    done();
  });
}
