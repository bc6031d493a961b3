import type { Connector } from '@soc/contracts/response/connectors';
import { isAllowedUrl } from './allowed-hosts.ts';
import { addressOf } from './http-address.ts';
import type { Playbook } from './playbook.ts';
import { redactUrl } from './redact.ts';
import { referencesIn } from './variables.ts';

function isAllowed(address: string, allowedHosts: readonly string[]): boolean | null {
  const url = URL.parse(address);
  if (url && referencesIn(url.host).length === 0) return isAllowedUrl(url, allowedHosts);
  return referencesIn(address).length > 0 ? null : false;
}

/** The http-api agents and targets of a playbook. */
export const connectorsOf = (playbook: Playbook, allowedHosts: readonly string[]): readonly Connector[] =>
  [...playbook.agents, ...playbook.targets].flatMap(([definitionId, definition]): Connector[] => {
    const address = definition.type === 'http-api' ? addressOf(definition) : undefined;
    if (address === undefined) return [];
    return [
      {
        playbookId: playbook.id,
        playbookName: playbook.name,
        definitionId,
        name: definition.name,
        url: redactUrl(address),
        allowed: isAllowed(address, allowedHosts),
      },
    ];
  });
