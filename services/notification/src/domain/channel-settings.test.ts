import type { ChannelSettings, ReplaceChannelBody } from '@soc/contracts/notification/channels';
import { expect, test } from 'vitest';
import { decideNewSettings, decideReplacement } from './channel-settings.ts';

const common = { name: 'n', enabled: true };
const server = { host: 'mail.example.org', port: 587, security: 'starttls', user: 'soc' } as const;
const addresses = { from: 'soc@example.org', to: ['ann@example.org'] };
const email: ChannelSettings & { hasSecret: boolean } = {
  kind: 'email',
  settings: { ...server, ...addresses },
  hasSecret: true,
};
const replaceEmail = (settings: object): ReplaceChannelBody => ({
  kind: 'email',
  ...common,
  settings: { ...server, ...addresses, ...settings },
});

test('credentials are kept apart from what may be told', () => {
  const slack = { kind: 'slack', ...common, settings: { url: 'https://hooks.example.com/services/T/B/key' } } as const;
  expect(decideNewSettings(slack)).toEqual({
    ok: true,
    target: { kind: 'slack', settings: { host: 'hooks.example.com' } },
    secret: 'https://hooks.example.com/services/T/B/key',
  });
  const webhook = { kind: 'webhook', ...common, settings: { url: 'https://x.example', secret: 'whsec_x' } } as const;
  expect(decideNewSettings(webhook)).toEqual({
    ok: true,
    target: { kind: 'webhook', settings: { url: 'https://x.example' } },
    secret: 'whsec_x',
  });
});

test('a mail server that asks for a user needs the password', () => {
  const body = { kind: 'email', ...common, settings: { ...server, ...addresses } } as const;
  expect(decideNewSettings(body)).toEqual({ ok: false, refusal: 'secret_required' });
  expect(decideNewSettings({ ...body, settings: { ...body.settings, user: null } })).toMatchObject({ ok: true });
});

test('a password that is left out stays while the server does', () => {
  expect(decideReplacement(email, replaceEmail({ to: ['bob@example.org'] }))).toMatchObject({
    ok: true,
    target: { settings: { to: ['bob@example.org'] } },
    secret: undefined,
  });
});

test.each([{ host: 'evil.example' }, { port: 25 }, { security: 'none' }, { user: 'other' }])(
  'the kept password is never sent by other means: %o',
  (change) => {
    expect(decideReplacement(email, replaceEmail(change))).toEqual({ ok: false, refusal: 'secret_required' });
    expect(decideReplacement(email, replaceEmail({ ...change, password: 'known' }))).toMatchObject({
      ok: true,
      secret: 'known',
    });
  },
);

test('the URL of Slack and the secret of a webhook may be left out', () => {
  const slack = { kind: 'slack', settings: { host: 'hooks.example.com' }, hasSecret: true } as const;
  expect(decideReplacement(slack, { kind: 'slack', ...common, settings: {} })).toMatchObject({
    target: { settings: { host: 'hooks.example.com' } },
    secret: undefined,
  });
  const webhook = { kind: 'webhook', settings: { url: 'https://a.example' }, hasSecret: true } as const;
  expect(
    decideReplacement(webhook, { kind: 'webhook', ...common, settings: { url: 'https://b.example' } }),
  ).toMatchObject({ target: { settings: { url: 'https://b.example' } }, secret: undefined });
});

test('a channel cannot become one of another kind', () => {
  expect(decideReplacement(email, { kind: 'slack', ...common, settings: {} })).toEqual({
    ok: false,
    refusal: 'kind_fixed',
  });
});
