/**
 * `Content-Disposition: attachment` for any name (RFC 6266): plain ASCII for old clients, UTF-8 per RFC 8187 for the
 * others. Nothing of the name can end the header.
 */
export function attachmentNamed(filename: string): string {
  const plain = filename.replaceAll(/[^\x20-\x7e]|["\\%]/g, '_');
  const encoded = encodeURIComponent(filename.toWellFormed()).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
