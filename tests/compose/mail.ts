import { CreateChannel, TestChannel } from '@soc/contracts/notification/channels';
import { logIn } from '@soc/fleet';
import { waitFor } from '@soc/fleet/testing';
import { z } from 'zod';
import type { Report } from './report.ts';
import type { Stack } from './stack.ts';

const Messages = z.object({ messages: z.array(z.object({ Subject: z.string(), To: z.array(z.unknown()) })) });

/** A message of an e-mail channel is found in the mail catcher, at its published port. */
export async function catchMail(stack: Stack, report: Report): Promise<void> {
  const client = await logIn(stack.gatewayUrl, stack.admin);
  const settings = {
    host: 'mailpit',
    port: 1025,
    security: 'none' as const,
    from: 'soc@corp.example',
    to: ['a@corp.example'],
  };
  const { id } = await client.call(CreateChannel, { body: { kind: 'email', name: 'mail catcher', settings } });
  const { outcome, error } = await client.call(TestChannel, { params: { id } });
  if (outcome !== 'delivered') throw new Error(`the message was not delivered: ${error}`);
  const [message] = await waitFor(
    async () => {
      const { messages } = Messages.parse(await (await fetch('http://127.0.0.1:8025/api/v1/messages')).json());
      return messages.length > 0 && messages;
    },
    { deadlineMs: 20_000, everyMs: 250 },
  );
  report.figure('caught by mailpit', `"${message?.Subject}"`);
}
