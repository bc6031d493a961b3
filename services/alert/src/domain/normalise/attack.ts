/** ATT&CK enterprise tactics: short names by id. */
const tactics = new Map([
  ['TA0043', 'reconnaissance'],
  ['TA0042', 'resource-development'],
  ['TA0001', 'initial-access'],
  ['TA0002', 'execution'],
  ['TA0003', 'persistence'],
  ['TA0004', 'privilege-escalation'],
  ['TA0005', 'defense-evasion'],
  ['TA0006', 'credential-access'],
  ['TA0007', 'discovery'],
  ['TA0008', 'lateral-movement'],
  ['TA0009', 'collection'],
  ['TA0011', 'command-and-control'],
  ['TA0010', 'exfiltration'],
  ['TA0040', 'impact'],
]);

const shortNames = new Set(tactics.values());

/** `TA0001`, `Initial Access`, `InitialAccess`, `initial_access` become `initial-access`; what is no tactic stays as it came. */
export function tacticName(text: string): string {
  const byId = tactics.get(text.trim().toUpperCase());
  if (byId !== undefined) return byId;
  const short = text
    .trim()
    .slice(0, 100)
    .replaceAll(/([a-z])([A-Z])/g, '$1-$2')
    .replaceAll(/[\s_-]+/g, '-')
    .toLowerCase();
  return shortNames.has(short) ? short : text;
}

/** The technique ids within `text` (`T1059.001`, also in `attack.t1059.001`), in upper case; the text itself when it names none. */
export function techniqueIds(text: string): readonly string[] {
  const ids = text.slice(0, 4_096).match(/(?<![a-z\d])T\d{4}(?:\.\d{3})?(?!\d)/gi);
  return ids ? ids.map((id) => id.toUpperCase()) : [text];
}
