import { expect, test } from 'vitest';
import { emailContent } from './email.ts';

const message = {
  type: 'incident.created' as const,
  subject: 'i1',
  title: 'Beacon\r\nBcc: all@example.org <script>alert(1)</script>',
  severity: 'critical' as const,
  occurredAt: '2026-03-01T10:00:00Z',
  lines: [{ label: 'Host', value: '"><img src=x>\nsrv1' }],
  data: {},
};

test('a title cannot add a header', () => {
  expect(emailContent(message).subject).toBe('[SOC] critical: Beacon Bcc: all@example.org <script>alert(1)</script>');
});

test('neither title nor value can add markup', () => {
  const { html } = emailContent(message);
  expect(html).toContain('&lt;script&gt;');
  expect(html).toContain('&quot;&gt;&lt;img src=x&gt; srv1');
  expect(html).not.toMatch(/<script|<img/);
});

test('the plain text tells the same', () => {
  expect(emailContent(message).text).toContain('Host: "><img src=x> srv1\n');
});
