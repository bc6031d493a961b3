const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Text as it may stand in HTML, between tags or in a quoted attribute. */
export const escapeHtml = (text: string): string => text.replaceAll(/[&<>"']/g, (char) => ENTITIES[char] ?? char);

/** A sentence of the contracts as HTML: what stands in backticks is code. */
export const sentenceHtml = (text: string): string => escapeHtml(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');

/** A JSON value as preformatted HTML; references to named schemas become links to them. */
export function jsonHtml(value: unknown): string {
  const text = escapeHtml(JSON.stringify(value, undefined, 2));
  return `<pre>${text.replaceAll(
    /&quot;#\/components\/schemas\/(\w+)&quot;/g,
    (_, name: string) => `&quot;<a href="#schema-${name}">${name}</a>&quot;`,
  )}</pre>`;
}
