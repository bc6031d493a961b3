/** Common and combined log format; each part ends where the next begins, so that nothing is tried twice. */
const LINE =
  /^(\S{1,255}) \S{1,64} (\S{1,255}) \[([^\]]{10,40})\] "((?:[^"\\]|\\.)*)" (\d{3}|-) (\d{1,20}|-)(?: "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)")?/;

/** A line of an access log of nginx or Apache, by nginx's names; undefined for other text. */
export function parseAccessLine(text: string): Record<string, string> | undefined {
  const found = LINE.exec(text);
  if (!found) return undefined;
  const [, address = '', user = '', time = '', request = '', status = '', bytes = '', referer, agent] = found;
  const all = {
    remote_addr: address,
    remote_user: user,
    time_local: time,
    request,
    status,
    body_bytes_sent: bytes,
    http_referer: referer ?? '-',
    http_user_agent: agent ?? '-',
  };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== '-'));
}
