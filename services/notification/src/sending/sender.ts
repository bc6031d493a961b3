import type { ChannelSettings } from '@soc/contracts/notification/channels';
import type { SendResult } from '../domain/decide-attempt.ts';
import type { Message } from '../domain/message.ts';
import { slackBody } from '../domain/slack.ts';
import { webhookBody, webhookHeaders } from '../domain/webhook.ts';
import type { SecretBox } from '../secret-box.ts';
import type { OutboundPost } from './outbound-post.ts';
import { sendEmail } from './send-email.ts';

/** A channel as the sender needs it. */
export interface ChannelTarget {
  readonly channelId: string;
  readonly settings: ChannelSettings;
  readonly sealedSecret: string | null;
}

export interface Sender {
  /** One try, within the time-out. Never throws: whatever goes wrong is the result. `id` names the message over all its tries. */
  readonly send: (
    target: ChannelTarget,
    mail: { readonly id: string; readonly message: Message },
    stopping?: AbortSignal,
  ) => Promise<SendResult>;
}

export function createSender(options: {
  readonly outbound: OutboundPost;
  readonly secretBox: SecretBox;
  readonly timeoutMs: number;
  readonly now: () => Date;
}): Sender {
  const { outbound, secretBox, timeoutMs, now } = options;

  const openSecret = ({ sealedSecret, channelId }: ChannelTarget): string | undefined =>
    sealedSecret === null ? undefined : secretBox.open(sealedSecret, channelId);

  const deliver = (
    { kind, settings }: ChannelSettings,
    secret: string | undefined,
    mail: { readonly id: string; readonly message: Message },
    signal: AbortSignal,
  ): Promise<SendResult> => {
    switch (kind) {
      case 'email':
        return sendEmail(settings, secret, mail, { signal, timeoutMs });
      case 'webhook': {
        const body = webhookBody(mail.message);
        return outbound.post(settings.url, webhookHeaders(secret ?? '', mail.id, now(), body), body, signal);
      }
      case 'slack':
        return outbound.post(secret ?? '', {}, slackBody(mail.message), signal);
    }
  };

  return {
    send: async (target, mail, stopping) => {
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const secret = openSecret(target);
        return await deliver(target.settings, secret, mail, stopping ? AbortSignal.any([timeout, stopping]) : timeout);
      } catch {
        // Only the seal can fail here: the key of this installation is not the one the credential was sealed with.
        return { ok: false, reason: 'the credential of the channel cannot be opened; set it again', permanent: true };
      }
    },
  };
}
