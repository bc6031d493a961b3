/** Who a client says it is, by HTTP Basic. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
}

const BASIC = /^Basic ([A-Za-z0-9+/]+={0,2})$/i;

/** Both parts are form-encoded before they are joined (RFC 6749, section 2.3.1). */
const decode = (text: string): string => decodeURIComponent(text.replaceAll('+', ' '));

/** The credentials of an `Authorization` header; undefined for a header that has none of this kind. */
export function basicCredentialsOf(header: string | undefined): BasicCredentials | undefined {
  const encoded = BASIC.exec(header ?? '')?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, 'base64').toString();
  const colon = text.indexOf(':');
  if (colon < 0) return undefined;
  try {
    return { id: decode(text.slice(0, colon)), secret: decode(text.slice(colon + 1)) };
  } catch {
    return undefined; // a lone `%`: nobody's secret
  }
}
