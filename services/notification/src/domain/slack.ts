import { type Message, singleLine } from './message.ts';

const MAX_TITLE_CHARS = 150;
const MAX_VALUE_CHARS = 500;
/** Of Slack's limits the one that is reached first. */
const MAX_FIELDS = 10;

/** The three characters Slack's markup gives a meaning to; without them nobody can mention `@channel` from an alert's title. */
const escaped = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

/** The body of an incoming webhook of Slack, or of what imitates it: `text` for notifications, `blocks` for the message. */
export function slackBody({ title, severity, lines }: Message): string {
  const heading = singleLine(severity === null ? title : `[${severity.toUpperCase()}] ${title}`, MAX_TITLE_CHARS);
  const fields = lines.slice(0, MAX_FIELDS).map(({ label, value }) => ({
    type: 'mrkdwn',
    text: `*${escaped(label)}*\n${escaped(singleLine(value, MAX_VALUE_CHARS))}`,
  }));
  return JSON.stringify({
    text: escaped(heading),
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: heading, emoji: false } },
      ...(fields.length > 0 ? [{ type: 'section', fields }] : []),
    ],
  });
}
