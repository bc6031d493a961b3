import { HttpProblem } from '@soc/service-kit';

/** 503: more passwords wait to be hashed than may. */
export const busy = (): HttpProblem =>
  new HttpProblem(503, 'auth.busy', 'too many passwords are being checked right now', {
    headers: { 'retry-after': '1' },
  });
