import { unprocessable } from '@soc/service-kit';
import { checkDestination, type DestinationPolicy } from '../domain/destination.ts';
import type { SplitSettings } from '../domain/channel-settings.ts';

/** Throws the 422 for a webhook, or a Slack URL, that may not be called. */
export function checkChannelDestination({ target, secret }: SplitSettings, policy: DestinationPolicy): void {
  const url = target.kind === 'webhook' ? target.settings.url : target.kind === 'slack' ? secret : undefined;
  if (url === undefined) return;
  const checked = checkDestination(url, policy);
  if (!checked.ok) throw unprocessable('notification.destination_forbidden', checked.reason);
}
