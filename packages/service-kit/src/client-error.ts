import type { Socket } from 'node:net';
import { uuidv7 } from '@soc/contracts';
import { HttpProblem, problemBody } from './problems.ts';

/** What Node's parser and its clocks say of a request that never became one. */
const REFUSALS: Readonly<Record<string, HttpProblem>> = {
  HPE_HEADER_OVERFLOW: new HttpProblem(431, 'request.too_large', 'the header fields are larger than 16 KiB'),
  ERR_HTTP_REQUEST_TIMEOUT: new HttpProblem(408, 'request.timed_out', 'the request did not come in time'),
};
const MALFORMED = new HttpProblem(400, 'request.malformed', 'this is not an HTTP/1.1 request');

/** Answers what cannot be read as a request with problem+json, and ends the connection: where the next begins is not known. */
export function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const problem = REFUSALS[error.code ?? ''] ?? MALFORMED;
  const body = JSON.stringify(problemBody(problem, uuidv7(Date.now())));
  socket.end(
    `HTTP/1.1 ${problem.status} ${problemBody(problem, '').title}\r\n` +
      'content-type: application/problem+json; charset=utf-8\r\n' +
      `content-length: ${Buffer.byteLength(body)}\r\nconnection: close\r\n\r\n${body}`,
  );
}
