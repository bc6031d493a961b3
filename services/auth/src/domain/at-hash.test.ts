import { expect, test } from 'vitest';
import { fitsAccessToken } from './at-hash.ts';

test('the example of OpenID Connect Core 1.0, appendix A.3, fits its access token and no other', () => {
  const token = 'jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y';
  expect(fitsAccessToken('77QmUPtjPfzWtF2AnpK9RQ', token, 'RS256')).toBe(true);
  expect(fitsAccessToken('77QmUPtjPfzWtF2AnpK9RQ', `${token}x`, 'RS256')).toBe(false);
  expect(fitsAccessToken('77QmUPtjPfzWtF2AnpK9RQ', token, 'RS512')).toBe(false);
  expect(fitsAccessToken('', token, 'RS256')).toBe(false);
});
