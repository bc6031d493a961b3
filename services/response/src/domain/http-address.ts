import type { ActionStep, Definition, Playbook } from './playbook.ts';

/** An http-api agent or target with its id. */
export interface Addressee {
  readonly id: string;
  readonly definition: Definition;
}

const isHttpApi = ({ definition }: Addressee): boolean => definition.type === 'http-api';

/**
 * Where the requests of a step go: to its agent when that is an http-api (the targets are then what the request is
 * about), to each of its http-api targets otherwise. None when the step has no http-api at all.
 */
export function addresseesOf(playbook: Pick<Playbook, 'agents' | 'targets'>, step: ActionStep): readonly Addressee[] {
  const agent = playbook.agents.get(step.agent);
  if (agent && isHttpApi({ id: step.agent, definition: agent })) return [{ id: step.agent, definition: agent }];
  return (step.targets ?? [])
    .flatMap((id): Addressee[] => {
      const definition = playbook.targets.get(id);
      return definition ? [{ id, definition }] : [];
    })
    .filter(isHttpApi);
}

/**
 * The URL an http-api stands for, with its variables as they are written: the first `url`, else `dname`, `ipv4` or
 * `ipv6` with the port (80 when absent; 443 means https). Undefined when it has no such address.
 */
export function addressOf({ address = {}, port = 80 }: Definition): string | undefined {
  const first = (kind: string): string | undefined => {
    const value = address[kind]?.[0];
    return value === undefined ? undefined : String(value);
  };
  const url = first('url');
  if (url !== undefined) return url;
  const ipv6 = first('ipv6');
  const host = first('dname') ?? first('ipv4') ?? (ipv6 === undefined ? undefined : `[${ipv6}]`);
  if (host === undefined) return undefined;
  const scheme = String(port) === '443' ? 'https' : 'http';
  return ['80', '443'].includes(String(port)) ? `${scheme}://${host}` : `${scheme}://${host}:${port}`;
}
