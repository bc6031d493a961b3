import { type Message, singleLine } from './message.ts';

export interface EmailContent {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
}

const MAX_SUBJECT_CHARS = 200;
const MAX_VALUE_CHARS = 2_000;

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** An e-mail in plain text and in HTML. Titles come from attackers too: none can add a header or a tag. */
export function emailContent({ type, title, severity, lines }: Message): EmailContent {
  const prefix = severity === null ? '[SOC]' : `[SOC] ${severity}:`;
  const heading = singleLine(title, MAX_SUBJECT_CHARS);
  const rows = lines.map(({ label, value }) => ({ label, value: singleLine(value, MAX_VALUE_CHARS) }));
  const htmlRows = rows.map(
    ({ label, value }) => `<tr><th align="left">${escaped(label)}</th><td>${escaped(value)}</td></tr>`,
  );
  return {
    subject: singleLine(`${prefix} ${heading}`, MAX_SUBJECT_CHARS),
    text: [heading, '', ...rows.map(({ label, value }) => `${label}: ${value}`), '', `Event: ${type}`, ''].join('\n'),
    html: `<!doctype html><html><body><h2>${escaped(heading)}</h2><table>${htmlRows.join('')}</table><p>${escaped(type)}</p></body></html>`,
  };
}
