import { z } from 'zod';

/** Where instances of a service are: one at a URL, or one at each address of a name. */
export type Target =
  | { readonly kind: 'url'; readonly url: string }
  | { readonly kind: 'dns'; readonly host: string; readonly port: number };

const HttpUrl = z.url({ protocol: /^https?$/ });
const DNS_TARGET = /^dns:\/\/((?=[^:]{1,253}:)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.?)+):(\d{1,5})\/?$/i;

/** The URL of an instance has no path, query or credentials: requests bring their own. */
function originOf(text: string): string | undefined {
  if (!HttpUrl.safeParse(text).success) return undefined;
  const { origin, href } = new URL(text);
  return href === `${origin}/` ? origin : undefined;
}

function parseTarget(text: string): Target | undefined {
  const url = originOf(text);
  if (url !== undefined) return { kind: 'url', url };
  const [, host, digits] = DNS_TARGET.exec(text) ?? [];
  const port = Number(digits);
  return host !== undefined && port >= 1 && port <= 65_535 ? { kind: 'dns', host, port } : undefined;
}

/** `http://10.0.0.1:8002`, or `dns://alert-service:8002` for every A record of the name. */
export const TargetText = z.string().transform((text, context): Target => {
  const target = parseTarget(text);
  if (target) return target;
  context.addIssue({ code: 'custom', message: 'neither http(s)://host:port nor dns://name:port' });
  return z.NEVER;
});
