/** A small CACAO document for tests: start → the given steps → end, with an http-api agent `api` and a person `person`. */
export function playbookDocument(
  steps: Readonly<Record<string, unknown>>,
  rest: Readonly<Record<string, unknown>> = {},
): Record<string, unknown> {
  const [first = 'end'] = Object.keys(steps);
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: 'playbook--11111111-1111-4111-8111-111111111111',
    name: 'Isolate the host',
    created_by: 'identity--22222222-2222-4222-8222-222222222222',
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    workflow_start: 'start',
    workflow: { start: { type: 'start', on_completion: first }, ...steps, end: { type: 'end' } },
    agent_definitions: {
      api: { type: 'http-api', name: 'EDR', address: { url: ['http://edr.test:8080/v1'] } },
      person: { type: 'individual', name: 'On call' },
    },
    ...rest,
  };
}

/** An action that sends one request; by default a POST, which is not repeatable. */
export const httpStep = (
  rest: Readonly<Record<string, unknown>> = {},
  command: Readonly<Record<string, unknown>> = {},
) => ({
  type: 'action',
  agent: 'api',
  commands: [{ type: 'http-api', command: 'POST /isolate HTTP/1.1', ...command }],
  on_completion: 'end',
  ...rest,
});

/** An action that asks a person. */
export const manualStep = (rest: Readonly<Record<string, unknown>> = {}) => ({
  type: 'action',
  agent: 'person',
  commands: [{ type: 'manual', command: 'Isolate the host?' }],
  on_completion: 'end',
  ...rest,
});
