import type { SearchField } from '@soc/contracts/storage/search';

/** A value as it was written. What stands in quotes holds no wildcards. */
export interface ValueText {
  readonly text: string;
  readonly isQuoted: boolean;
}

/** The condition on a field as it was written. */
export type FieldText =
  | { readonly is: 'value'; readonly value: ValueText }
  | { readonly is: 'compared'; readonly by: '>' | '>=' | '<' | '<='; readonly value: ValueText }
  /** A bound that is absent (`*`) is open. */
  | {
      readonly is: 'between';
      readonly from: ValueText | undefined;
      readonly to: ValueText | undefined;
      readonly includesFrom: boolean;
      readonly includesTo: boolean;
    };

/** `at` is the place in the query, from 0. */
export type Token = { readonly at: number } & (
  | { readonly is: '(' | ')' | '-' | 'and' | 'or' | 'not' }
  | { readonly is: 'words'; readonly value: ValueText }
  | { readonly is: 'field'; readonly field: SearchField; readonly test: FieldText }
);

export type Scanned =
  | { readonly ok: true; readonly tokens: readonly Token[] }
  | { readonly ok: false; readonly fault: { readonly at: number; readonly message: string } };
