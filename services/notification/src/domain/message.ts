import { Severity } from '@soc/contracts';
import { NotifiableEvent } from '@soc/contracts/notification/rules';
import { z } from 'zod';

/** What is told, before it takes the form of an e-mail, a Slack message or a webhook. */
export const Message = z.object({
  type: z.union([NotifiableEvent, z.literal('channel.tested')]),
  /** Id of what it is about. */
  subject: z.string(),
  title: z.string(),
  severity: Severity.nullable(),
  occurredAt: z.string(),
  /** For people. */
  lines: z.array(z.object({ label: z.string(), value: z.string() })),
  /** For programs. */
  data: z.record(z.string(), z.unknown()),
});
export type Message = z.infer<typeof Message>;

/** One line without control characters, at most `maxChars` long: fit for a subject, a heading, a table cell. */
export function singleLine(text: string, maxChars: number): string {
  const line = text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ').trim();
  return line.length <= maxChars ? line : `${line.slice(0, maxChars - 1).trimEnd()}…`;
}
