import type { Refusal } from '../rule.ts';
import type { Draft, DraftHead } from './draft.ts';

export type RuleDraft = Exclude<Draft, { kind: 'filter' }>;

const headOf = (draft: RuleDraft): Pick<DraftHead, 'id' | 'name' | 'title' | 'position'> =>
  draft.kind === 'detection' ? draft.rule : draft.head;

/** Every rule by what others may call it, and what was refused on the way. */
export interface Registry {
  readonly drafts: Map<string, RuleDraft>;
  readonly idsByName: Map<string, string>;
  readonly refusals: Refusal[];
}

/** Notes a refusal and gives nothing back. */
export const refuse = (
  { refusals }: Registry,
  head: Pick<DraftHead, 'id' | 'title' | 'position'>,
  reason: string,
  line = head.position.line,
): undefined => {
  const { id, title, position } = head;
  refusals.push({ file: position.file, line, reason, title, id });
  return undefined;
};

const at = ({ file, line }: { readonly file: string; readonly line: number }): string => `${file}:${line}`;

function claimedBefore(draft: RuleDraft, { drafts, idsByName }: Registry): string | undefined {
  const { id, name } = headOf(draft);
  const twin = drafts.get(id);
  if (twin) return `its id ${id} is that of ${at(headOf(twin).position)}`;
  const namesake = name === undefined ? undefined : drafts.get(idsByName.get(name) ?? '');
  return namesake && `its name ${name ?? ''} is that of ${at(headOf(namesake).position)}`;
}

/** Puts the rules of a document under their ids and names, all or none: a document that comes second with one is refused. */
export function register(drafts: readonly RuleDraft[], registry: Registry): void {
  const reason = drafts.map((draft) => claimedBefore(draft, registry)).find((found) => found !== undefined);
  // The last one bears the id of the document.
  const last = drafts.at(-1);
  if (last && reason !== undefined) return refuse(registry, headOf(last), reason);
  for (const draft of drafts) {
    const { id, name } = headOf(draft);
    registry.drafts.set(id, draft);
    if (name !== undefined) registry.idsByName.set(name, id);
  }
}

/** Filters under ids of their own; who comes second with one, be it a rule's, is refused. */
export function registerFilters<Filter extends { readonly head: Pick<DraftHead, 'id' | 'title' | 'position'> }>(
  filters: readonly Filter[],
  registry: Registry,
): readonly Filter[] {
  const byId = new Map<string, Filter>();
  for (const filter of filters) {
    const { id } = filter.head;
    const rule = registry.drafts.get(id);
    const twin = rule ? headOf(rule) : byId.get(id)?.head;
    if (twin) refuse(registry, filter.head, `its id ${id} is that of ${at(twin.position)}`);
    else byId.set(id, filter);
  }
  return [...byId.values()];
}

/** The id behind an id or a name; an id has precedence. */
export const resolveId = (reference: string, { drafts, idsByName }: Registry): string | undefined =>
  drafts.has(reference) ? reference : idsByName.get(reference);
