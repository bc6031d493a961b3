export type ZeekScalar = string | number | boolean | null;
export type ZeekValue = ZeekScalar | readonly ZeekScalar[];

const NUMBER = /^[+-]?\d{1,40}(?:\.\d{1,40})?(?:[eE][+-]?\d{1,3})?$/;
const numeric = new Set(['time', 'interval', 'double', 'count', 'int', 'port']);

/**
 * A value in the type that Zeek's header names. A number beyond what a double holds exactly stays text, and so does what is
 * none of its type.
 */
export function canonicalValue(
  text: string,
  type: string,
): { readonly value: ZeekScalar; readonly isReadable: boolean } {
  if (type === 'bool') {
    return text === 'T' || text === 'F'
      ? { value: text === 'T', isReadable: true }
      : { value: text, isReadable: false };
  }
  if (!numeric.has(type)) return { value: text, isReadable: true };
  if (!NUMBER.test(text)) return { value: text, isReadable: false };
  const value = Number(text);
  const isExact = !Number.isInteger(value) || Number.isSafeInteger(value);
  return { value: Number.isFinite(value) && isExact ? value : text, isReadable: true };
}
