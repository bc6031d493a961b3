/** What turns the direction of text, so that `exe.gpj` reads as `jpg.exe`, and what has no width. */
const INVISIBLE = /[\p{Cc}\p{Cf}]/gu;

/**
 * `Content-Disposition: attachment` for any name (RFC 6266): plain ASCII for old clients, UTF-8 per RFC 8187 for the
 * others. Nothing of the name can end the header, name a folder, or be read as what it is not.
 */
export function attachmentNamed(filename: string): string {
  const name = filename.toWellFormed().replaceAll(INVISIBLE, '_').replaceAll(/[/\\]/g, '_').replace(/^\.+/, '_');
  const plain = name.replaceAll(/[^\x20-\x7e]|["%]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
