/** A CACAO 2.0 playbook that isolates a host by one HTTP request, when the incident is severe. */
export function containmentPlaybook(target: { readonly host: string; readonly port: number }): Record<string, unknown> {
  const id = (name: string, digit: number): string => `${name}--00000000-0000-4000-8000-00000000000${digit}`;
  return {
    type: 'playbook',
    spec_version: 'cacao-2.0',
    id: id('playbook', 1),
    name: 'Isolate the host',
    created_by: id('identity', 2),
    created: '2026-01-01T00:00:00.000Z',
    modified: '2026-01-01T00:00:00.000Z',
    revoked: false,
    workflow_start: id('start', 3),
    workflow: {
      [id('start', 3)]: { type: 'start', on_completion: id('if-condition', 4) },
      [id('if-condition', 4)]: {
        type: 'if-condition',
        condition: "__incident_severity__:value = 'critical' OR __incident_severity__:value = 'high'",
        on_true: id('action', 5),
        on_false: id('end', 6),
      },
      [id('action', 5)]: {
        type: 'action',
        name: 'Isolate',
        commands: [
          {
            type: 'http-api',
            command: 'POST /isolate HTTP/1.1',
            headers: { 'Content-Type': ['application/json'] },
            content: '{"incident":"__incident_id__:value"}',
          },
        ],
        agent: id('http-api', 7),
        on_completion: id('end', 6),
      },
      [id('end', 6)]: { type: 'end' },
    },
    agent_definitions: {
      [id('http-api', 7)]: {
        type: 'http-api',
        name: 'edr',
        address: { url: [`http://${target.host}:${target.port}`] },
      },
    },
  };
}
