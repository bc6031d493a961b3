import { HttpProblem, problemBody } from '@soc/service-kit';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Failure } from './domain/outcome.ts';

/** What a client is told of a failure; nothing of where it happened, which is in the log. */
export function problemOf(failure: Exclude<Failure, 'abandoned'>): HttpProblem {
  switch (failure) {
    case 'unreachable':
      return new HttpProblem(503, 'gateway.unavailable', 'the service cannot be reached right now', {
        headers: { 'retry-after': '1' },
      });
    case 'timed_out':
    case 'silent':
      return new HttpProblem(504, 'gateway.timeout', 'the service did not answer in time');
    case 'expired':
      return new HttpProblem(504, 'gateway.deadline_exceeded', 'there was no answer in the time the request gave');
    case 'malformed':
      return new HttpProblem(400, 'request.malformed', 'the request cannot be passed on');
    case 'broken':
      return new HttpProblem(502, 'gateway.bad_answer', 'the service broke off its answer');
  }
}

/** Answers with a problem without an error in the log: the line of the request tells it all. */
export function answerProblem(problem: HttpProblem, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  return reply
    .code(problem.status)
    .headers(problem.headers)
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify(problemBody(problem, request.id)));
}
