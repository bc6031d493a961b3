export interface NamedLogSource {
  readonly product: string | undefined;
  readonly services: readonly string[];
  readonly categories: readonly string[];
}

/** `product=cisco,service=aaa`, parts in any order and each at most once, as a log source; undefined when it is none. */
export function parseLogSource(text: string): NamedLogSource | undefined {
  if (!text.includes('=') || text.length > 300) return undefined;
  const parts = new Map<string, string>();
  for (const part of text.split(',')) {
    const [name = '', value = '', ...rest] = part.split('=').map((word) => word.trim().toLowerCase());
    const isPart = ['product', 'service', 'category'].includes(name) && value !== '' && rest.length === 0;
    if (!isPart || parts.has(name)) return undefined;
    parts.set(name, value);
  }
  const list = (name: string): string[] => [parts.get(name)].filter((value) => value !== undefined);
  return { product: parts.get('product'), services: list('service'), categories: list('category') };
}
