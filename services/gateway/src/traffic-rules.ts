import { badRequest } from '@soc/service-kit';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { addStandingFields, demandPath } from './answer-headers.ts';
import { createCors } from './cors.ts';
import type { GatewayDeps } from './deps.ts';
import { formFaultOf } from './domain/request-form.ts';
import type { Finding } from './express/findings.ts';
import { beginDeadline } from './request-deadlines.ts';
import { tracedOf } from './request-traces.ts';
import { answerProblem } from './upstream-problem.ts';

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
    findings,
  }: Pick<GatewayDeps, 'journal' | 'traces' | 'admit' | 'openStreams' | 'shedder' | 'live' | 'findings'>,
): void {
  const answersPreflight = createCors(() => live.config().CORS_ORIGINS);
  app.addHook('onRequest', (request, reply, done) => {
    const finding = findings.of(request.raw);
    journal.begin(request, reply, finding?.startedAtMs);
    if (finding) {
      answersPreflight(request, reply);
      return answerFinding(finding, request, reply, done);
    }
    request.passage.traceparent = traces.begin(request.headers, tracedOf(request, reply));
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

/** The end of a request that went by express: everything that is before an answer has been. */
function answerFinding(
  { principal, traceparent, rate, delivery, asked, answer }: Finding,
  request: FastifyRequest,
  reply: FastifyReply,
  done: (error?: Error) => void,
): void {
  request.principal = principal;
  request.passage.traceparent = traceparent;
  request.passage.rate = rate;
  request.passage.delivery = delivery;
  request.passage.asked.push(...asked);
  if (answer.kind === 'failed') void answerProblem(answer.problem, request, reply);
  else if (answer.kind === 'refused') done(answer.problem);
  else done(answer.error instanceof Error ? answer.error : new Error(String(answer.error)));
}
