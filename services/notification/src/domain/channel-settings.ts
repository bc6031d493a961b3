import type { ChannelSettings, CreateChannelBody, ReplaceChannelBody } from '@soc/contracts/notification/channels';

/** A channel's settings apart from its credential; undefined when the body names none. */
export interface SplitSettings {
  readonly target: ChannelSettings;
  readonly secret: string | undefined;
}

export type SettingsDecision =
  | ({ readonly ok: true } & SplitSettings)
  | { readonly ok: false; readonly refusal: 'kind_fixed' | 'secret_required' };

/** Separates what may be told from what is sealed: the password, the signing secret, and Slack's URL but for its host. */
function split(body: CreateChannelBody | ReplaceChannelBody): SplitSettings | undefined {
  switch (body.kind) {
    case 'email': {
      const { password, ...settings } = body.settings;
      return { target: { kind: 'email', settings }, secret: password };
    }
    case 'webhook': {
      const { secret, ...settings } = body.settings;
      return { target: { kind: 'webhook', settings }, secret };
    }
    case 'slack': {
      const { url } = body.settings;
      return url === undefined
        ? undefined
        : { target: { kind: 'slack', settings: { host: new URL(url).host } }, secret: url };
    }
  }
}

/** Of e-mail: where the password would be sent, and by which means. */
const serverOf = ({ kind, settings }: ChannelSettings): string =>
  kind === 'email' ? [settings.host, settings.port, settings.security, settings.user].join(' ') : '';

const needsPassword = ({ target, secret }: SplitSettings): boolean =>
  target.kind === 'email' && target.settings.user !== null && secret === undefined;

export function decideNewSettings(body: CreateChannelBody): SettingsDecision {
  const given = split(body);
  return !given || needsPassword(given) ? { ok: false, refusal: 'secret_required' } : { ok: true, ...given };
}

/**
 * A credential that is left out stays (`secret` undefined). But who changes the mail server or how it is reached must
 * know the password: the one that is kept would otherwise be sent to a server of their choice.
 */
export function decideReplacement(
  current: ChannelSettings & { readonly hasSecret: boolean },
  body: ReplaceChannelBody,
): SettingsDecision {
  if (body.kind !== current.kind) return { ok: false, refusal: 'kind_fixed' };
  const given = split(body);
  if (!given) return { ok: true, target: current, secret: undefined };
  const keepsServer = serverOf(given.target) === serverOf(current);
  if (needsPassword(given) && !(keepsServer && current.hasSecret)) return { ok: false, refusal: 'secret_required' };
  return { ok: true, ...given };
}
