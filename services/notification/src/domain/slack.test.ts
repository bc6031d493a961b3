import { expect, test } from 'vitest';
import { slackBody } from './slack.ts';

const message = {
  type: 'incident.created' as const,
  subject: 'i1',
  title: 'Beacon <!channel> & more',
  severity: 'critical' as const,
  occurredAt: '2026-03-01T10:00:00Z',
  lines: [{ label: 'Host', value: '<https://evil.example|click>\nsrv1' }],
  data: {},
};

test('a message has a text for notifications and blocks to be read', () => {
  expect(JSON.parse(slackBody(message))).toEqual({
    text: '[CRITICAL] Beacon &lt;!channel&gt; &amp; more',
    blocks: [
      { type: 'header', text: { type: 'plain_text', text: '[CRITICAL] Beacon <!channel> & more', emoji: false } },
      { type: 'section', fields: [{ type: 'mrkdwn', text: '*Host*\n&lt;https://evil.example|click&gt; srv1' }] },
    ],
  });
});

test('a message keeps the limits of Slack', () => {
  const long = {
    ...message,
    title: 'x'.repeat(500),
    lines: Array.from({ length: 20 }, () => message.lines[0] ?? { label: '', value: '' }),
  };
  const body = JSON.parse(slackBody(long));
  expect([body.blocks[0].text.text.length, body.blocks[1].fields.length]).toEqual([150, 10]);
});

test('a message without lines has no empty section', () => {
  expect(JSON.parse(slackBody({ ...message, severity: null, lines: [] })).blocks).toHaveLength(1);
});
