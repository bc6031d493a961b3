import { Gauge, type Registry } from '@soc/monitoring';

interface NotaryFacts {
  readonly records: number;
  readonly signedRecords: number;
  readonly isBroken: boolean;
}

/** Shows how far the audit trail has been verified and signed. */
export function observeNotary(registry: Registry, facts: () => NotaryFacts): void {
  const gauge = (name: string, help: string, figure: (facts: NotaryFacts) => number): void => {
    new Gauge({
      name,
      help,
      registers: [registry],
      collect() {
        this.set(figure(facts()));
      },
    });
  };
  gauge('soc_audit_verified_records', 'Records of the audit trail this process has checked.', ({ records }) => records);
  gauge(
    'soc_audit_signed_records',
    'Records of the audit trail covered by a checkpoint.',
    ({ signedRecords }) => signedRecords,
  );
  gauge('soc_audit_trail_broken', '1 when the audit trail is not the one that was signed.', ({ isBroken }) =>
    Number(isBroken),
  );
}
