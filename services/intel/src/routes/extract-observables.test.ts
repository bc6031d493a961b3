import { ExtractObservables, MatchObservables } from '@soc/contracts/intel/lookup';
import { startTestService, type TestService } from '@soc/fleet/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { intelService } from '../app.ts';

let service: TestService;
beforeAll(async () => {
  service = await startTestService(intelService);
});
afterAll(() => service.close());

it('finds observables in a report, ready to be matched', async () => {
  const text = 'Mail from mallory[at]evil[.]example led to hxxps://evil[.]example/a.php (203.0.113[.]7).';
  const { status, body } = await service.call(ExtractObservables, { body: { text }, token: service.tokens.viewer });
  expect([status, body.observables]).toEqual([
    200,
    [
      { type: 'email', value: 'mallory@evil.example' },
      { type: 'url', value: 'https://evil.example/a.php' },
      { type: 'ip', value: '203.0.113.7' },
    ],
  ]);
  expect((await service.call(MatchObservables, { body: { observables: body.observables } })).status).toBe(200);
});
