/** Host and port of a connection URL: the name of a server, never with credentials. */
export function nodeName(url: string): string {
  const { hostname, port } = new URL(url);
  return `${hostname}:${port || '5432'}`;
}
