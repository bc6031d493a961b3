import { CommitOutcomeUnknownError, InvalidConsistencyTokenError, isDatabaseUnavailable } from '@soc/db-cluster';
import { badRequest, HttpProblem, tooLarge, unavailable, unsupportedMediaType } from './problems.ts';

const codeOf = (error: unknown): string =>
  error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';

const statusOf = (error: unknown): number =>
  error instanceof Error && 'statusCode' in error && typeof error.statusCode === 'number' ? error.statusCode : 500;

/** PostgreSQL's word for what it cannot hold: bad encoding, an untranslatable character, a value, time or zone out of range. */
const UNSTORABLE = new Set(['22021', '22P05', '22003', '22007', '22008', '22009']);

/** Of a `StatementTimeoutError`, and of PostgreSQL's own answer at its `statement_timeout`. */
const STATEMENT_CANCELLED = '57014';

/** Any thrown thing as the problem the client is told. A fault becomes a bare 500: its detail goes to the log only. */
export function asProblem(error: unknown): HttpProblem {
  if (error instanceof HttpProblem) return error;
  const code = codeOf(error);
  if (code === 'FST_ERR_CTP_BODY_TOO_LARGE') {
    return tooLarge('request.too_large', 'the body is larger than this endpoint accepts');
  }
  if (code === 'FST_ERR_CTP_INVALID_MEDIA_TYPE') {
    return unsupportedMediaType('request.unsupported_media_type', 'send application/json');
  }
  if (UNSTORABLE.has(code)) return badRequest('request.unstorable', 'a value cannot be stored');
  if (error instanceof InvalidConsistencyTokenError) {
    return new HttpProblem(
      400,
      'request.invalid_consistency_token',
      'send no x-consistency-token, or one of this fleet',
      {
        errors: [{ path: 'headers.x-consistency-token', message: error.message }],
      },
    );
  }
  if (error instanceof CommitOutcomeUnknownError) {
    return new HttpProblem(
      503,
      'database.outcome_unknown',
      'the write may have been made: look before sending it again',
      {
        headers: { 'retry-after': '1' },
      },
    );
  }
  if (isDatabaseUnavailable(error)) {
    return new HttpProblem(503, 'database.unavailable', 'the database does not answer', {
      headers: { 'retry-after': '1' },
    });
  }
  if (code === STATEMENT_CANCELLED) {
    return new HttpProblem(504, 'request.deadline_exceeded', 'there was not enough time to find the answer');
  }
  const status = statusOf(error);
  if (status === 503) return unavailable('service.stopping', 'this instance is stopping');
  if (status >= 400 && status < 500) {
    return new HttpProblem(status, 'request.malformed', error instanceof Error ? error.message : undefined);
  }
  return new HttpProblem(500, 'internal');
}
