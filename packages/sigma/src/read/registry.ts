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

/** Puts rules under their ids and names; who comes second with one is refused. */
export function register(drafts: readonly RuleDraft[], registry: Registry): void {
  for (const draft of drafts) {
    const head = headOf(draft);
    const twin = registry.drafts.get(head.id);
    const namesake = head.name === undefined ? undefined : registry.drafts.get(registry.idsByName.get(head.name) ?? '');
    if (twin) refuse(registry, head, `its id ${head.id} is that of ${at(headOf(twin).position)}`);
    else if (namesake) {
      refuse(registry, head, `its name ${head.name ?? ''} is that of ${at(headOf(namesake).position)}`);
    } else {
      registry.drafts.set(head.id, draft);
      if (head.name !== undefined) registry.idsByName.set(head.name, head.id);
    }
  }
}

/** The id behind an id or a name; an id has precedence. */
export const resolveId = (reference: string, { drafts, idsByName }: Registry): string | undefined =>
  drafts.has(reference) ? reference : idsByName.get(reference);
