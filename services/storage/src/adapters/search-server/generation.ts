/** One index of the search server, of one kind of documents; see the table `search_generations`. */
export interface Generation {
  readonly indexName: string;
  readonly kind: string;
  /** Documents whose ids were made from then on are in it, up to where the next one begins. */
  readonly fromMs: number;
  /** Name of the mapping it was made with. */
  readonly mapping: string;
  readonly state: 'building' | 'live' | 'retired';
  /** The server's task that copies the live one into a building one. */
  readonly copyTask: string | null;
  /**
   * The server's own name for it: another index that is called alike does not have what it had. Null until it is made, empty
   * for one that was made before these names were kept.
   */
  readonly indexUuid: string | null;
}

/** By which it is written to, so that a server that has lost its indices says so and makes none of its own. */
export const writeAliasOf = (indexName: string): string => `${indexName}-write`;

/** When the id was made: of version 7 the first 48 bits tell (RFC 9562). Any other id counts as made at the beginning. */
export function madeAtMs(id: string): number {
  return id[14] === '7' ? Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16) : 0;
}

const byStart = (a: Generation, b: Generation): number => a.fromMs - b.fromMs;

/** The indices a document is written to: the live one of its span, and what is being built in that one's place. */
export function targetsOf(
  generations: readonly Generation[],
  { kind, id }: { readonly kind: string; readonly id: string },
): readonly Generation[] {
  const ofKind = generations.filter((generation) => generation.kind === kind && generation.state !== 'retired');
  const starts = ofKind.filter(({ state }) => state === 'live').toSorted(byStart);
  const home = starts.findLast(({ fromMs }) => fromMs <= madeAtMs(id)) ?? starts[0];
  return home ? ofKind.filter(({ fromMs }) => fromMs === home.fromMs) : [];
}

/** The one of a kind that new documents go to. */
export const newestOf = (generations: readonly Generation[], kind: string): Generation | undefined =>
  generations
    .filter((generation) => generation.kind === kind && generation.state === 'live')
    .toSorted(byStart)
    .at(-1);
