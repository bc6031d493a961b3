import { describeFinding, type Finding } from '../finding.ts';

/** What is wrong with an export. */
export type CustodyFinding =
  /** The archive ends, or breaks, in the middle; what was read before has been judged. */
  | { readonly kind: 'damaged_archive'; readonly reason: string }
  | { readonly kind: 'unreadable_manifest'; readonly reason: string }
  /** Not signed by the key: made by somebody else, or changed. */
  | { readonly kind: 'forged_manifest'; readonly keyId: string }
  | { readonly kind: 'missing_file'; readonly name: string }
  | { readonly kind: 'unexpected_file'; readonly name: string }
  /** Of the entries of an object. */
  | { readonly kind: 'custody'; readonly objectId: string; readonly finding: Finding }
  /** An entry that is of another object, or is none of custody. */
  | { readonly kind: 'foreign_entry'; readonly objectId: string; readonly seq: number }
  /** The chain is intact and not the one that the manifest names. */
  | { readonly kind: 'another_chain'; readonly objectId: string; readonly entries: number; readonly found: number }
  /** Entries at the end that no checkpoint covers. */
  | { readonly kind: 'unsigned_entries'; readonly objectId: string; readonly seq: number }
  /** Said to be from before custody was signed, and stands behind an entry that was signed: it was inserted. */
  | { readonly kind: 'adopted_late'; readonly objectId: string; readonly seq: number }
  /** The last entry is not the one of this export. */
  | { readonly kind: 'another_export'; readonly objectId: string }
  /** The first entry does not say that the content had this hash when it was stored. */
  | { readonly kind: 'intake_differs'; readonly objectId: string; readonly what: string }
  | {
      readonly kind: 'changed_content';
      readonly objectId: string;
      readonly what: 'size' | 'sha256' | 'blake3';
      readonly expected: string;
      readonly actual: string;
    };

/** A sentence for people. */
export function describeCustodyFinding(finding: CustodyFinding): string {
  switch (finding.kind) {
    case 'damaged_archive':
      return `the archive is damaged: ${finding.reason}`;
    case 'unreadable_manifest':
      return `the manifest cannot be read: ${finding.reason}`;
    case 'forged_manifest':
      return `the manifest was not signed by the key; it names the key ${finding.keyId}`;
    case 'missing_file':
      return `${finding.name} is missing`;
    case 'unexpected_file':
      return `${finding.name} is no part of the export: it was added`;
    case 'custody':
      return `object ${finding.objectId}: ${describeFinding(finding.finding)}`;
    case 'foreign_entry':
      return `object ${finding.objectId}: record ${finding.seq} is none of its custody`;
    case 'another_chain':
      return `object ${finding.objectId}: the entries are not those of the manifest, which are ${finding.entries}; here are ${finding.found}`;
    case 'unsigned_entries':
      return `object ${finding.objectId}: from record ${finding.seq} on nothing is signed: checkpoints are missing`;
    case 'adopted_late':
      return `object ${finding.objectId}: record ${finding.seq} was inserted: it is said to be from before custody was signed, and stands behind one that was signed`;
    case 'another_export':
      return `object ${finding.objectId}: the last record is not the one of this export`;
    case 'intake_differs':
      return `object ${finding.objectId}: the record of its intake says another ${finding.what} than the manifest`;
    case 'changed_content':
      return `object ${finding.objectId}: the content was changed: its ${finding.what} is ${finding.actual}, not ${finding.expected}`;
  }
}
