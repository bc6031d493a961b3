/** What a comparison takes: a variable by its name `__name__`, or text (numbers and booleans are text too). */
export type Operand =
  | { readonly kind: 'variable'; readonly name: string }
  | { readonly kind: 'literal'; readonly value: string };

export type Comparator = '=' | '!=' | '<' | '>' | '<=' | '>=';

/** A parsed condition. */
export type Expression =
  | { readonly kind: 'and' | 'or'; readonly left: Expression; readonly right: Expression }
  | { readonly kind: 'not'; readonly of: Expression }
  | { readonly kind: 'compare'; readonly comparator: Comparator; readonly left: Operand; readonly right: Operand }
  /** `of` equals one of `list`; a variable in the list stands for its comma-separated values. */
  | { readonly kind: 'in'; readonly of: Operand; readonly list: readonly Operand[] }
  /** The operand is the text `true`. */
  | { readonly kind: 'truth'; readonly of: Operand };
