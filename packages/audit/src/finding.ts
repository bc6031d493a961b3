/** What is wrong with a trail. `seq` names the first bad record, `size` a checkpoint by the records it covers. */
export type Finding =
  /** The record does not continue the chain: it, or one before it, was changed. */
  | { readonly kind: 'changed_record'; readonly seq: number }
  /** Another number is expected here: records were deleted, inserted or put in another order. */
  | { readonly kind: 'out_of_sequence'; readonly seq: number; readonly found: number }
  /** It cannot be read as a record. */
  | { readonly kind: 'unreadable_record'; readonly seq: number; readonly reason: string }
  /** The trail ends before what was signed: records at the end were deleted. `seq` is the first that is missing. */
  | { readonly kind: 'truncated'; readonly seq: number; readonly size: number }
  /** The records up to the checkpoint are not those that were signed. `seq` is the first that may differ, after the last checkpoint that agreed. */
  | { readonly kind: 'contradicts_checkpoint'; readonly seq: number; readonly size: number }
  | { readonly kind: 'unreadable_checkpoint'; readonly name: string; readonly reason: string }
  /** Not signed by the key: made by somebody else, or changed. */
  | { readonly kind: 'forged_checkpoint'; readonly name: string; readonly size: number }
  /** It does not follow the one before: that is missing, or was replaced. */
  | { readonly kind: 'broken_checkpoints'; readonly name: string; readonly size: number }
  /** There is none, so nothing shows that the trail is the one that was written. */
  | { readonly kind: 'no_checkpoint' };

/** A sentence for people. */
export function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case 'changed_record':
      return `record ${finding.seq} does not continue the chain: it was changed`;
    case 'out_of_sequence':
      return `record ${finding.seq} is missing or not in its place: ${finding.found} stands there`;
    case 'unreadable_record':
      return `record ${finding.seq} cannot be read: ${finding.reason}`;
    case 'truncated':
      return `record ${finding.seq} is missing: ${finding.size} records were signed, the trail ends before`;
    case 'contradicts_checkpoint':
      return `record ${finding.seq} or a later one up to ${finding.size} is not the one that was signed`;
    case 'unreadable_checkpoint':
      return `checkpoint ${finding.name} cannot be read: ${finding.reason}`;
    case 'forged_checkpoint':
      return `checkpoint ${finding.name} was not signed by the key`;
    case 'broken_checkpoints':
      return `checkpoint ${finding.name} does not follow the one before it, which is missing or was replaced`;
    case 'no_checkpoint':
      return 'there is no checkpoint: the end of the trail cannot be vouched for';
  }
}
