/** Cuts a list into runs of bounded number and size; what is larger than the bound alone stands alone. */
export function bunched<Item>(
  items: readonly Item[],
  sizeOf: (item: Item) => number,
  { maxItems, maxSize }: { readonly maxItems: number; readonly maxSize: number },
): readonly (readonly Item[])[] {
  const bunches: Item[][] = [];
  let size = 0;
  for (const item of items) {
    const last = bunches.at(-1);
    size += sizeOf(item);
    if (last && last.length < maxItems && size <= maxSize) {
      last.push(item);
    } else {
      bunches.push([item]);
      size = sizeOf(item);
    }
  }
  return bunches;
}
