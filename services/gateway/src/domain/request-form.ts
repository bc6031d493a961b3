/** The head of a request as Node gives it. */
export interface RequestHead {
  readonly httpVersion: string;
  /** Names and values in turn, as they came. */
  readonly rawHeaders: readonly string[];
  readonly headers: Readonly<{ host?: string | undefined; 'transfer-encoding'?: string | undefined }>;
}

/** What may stand in a host with its port (RFC 3986, section 3.2.2). */
const HOST = /^[\w.~!$&'()*+,;=%:[\]-]*$/;

const isHost = (name: string | undefined): boolean => name?.length === 4 && name.toLowerCase() === 'host';

function hostsOf(rawHeaders: readonly string[]): number {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (isHost(rawHeaders[i])) hosts += 1;
  return hosts;
}

/**
 * Why a request must not be sent on although Node reads it: it has several hosts or none that is one, a coding beside
 * chunked, or another protocol, and the next reader may take it for something else. Undefined for one in order
 * (RFC 9112, sections 2.3, 3.2 and 6.1).
 */
export function formFaultOf({ httpVersion, rawHeaders, headers }: RequestHead): string | undefined {
  if (httpVersion !== '1.1' && httpVersion !== '1.0') return 'only HTTP/1.1 and HTTP/1.0 are spoken here';
  const coding = headers['transfer-encoding'];
  if (coding !== undefined && coding.toLowerCase() !== 'chunked') {
    return 'the only transfer coding known here is chunked';
  }
  if (hostsOf(rawHeaders) > 1) return 'there is more than one Host';
  return HOST.test(headers.host ?? '') ? undefined : 'the Host is none';
}
