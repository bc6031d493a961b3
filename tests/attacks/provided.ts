import type { ServiceName } from '@soc/contracts';

/** The one real fleet that all attacks are run against, as a test finds it by `inject('attackedFleet')`. */
export interface AttackedFleet {
  readonly gatewayUrl: string;
  /** Where every service listens by itself, past the gateway. */
  readonly urlOf: Readonly<Record<ServiceName, string>>;
  readonly admin: { readonly email: string; readonly password: string };
  /** PEM of the key that auth signs access tokens with: an attack does not have it, the tests make honest tokens with it. */
  readonly authKeyPem: string;
  /** PEM of the key that the gateway signs internal tokens with. */
  readonly gatewayKeyPem: string;
  /** Connects the superuser, to look past the API. */
  readonly databaseUrl: string;
  /** Of every process, as they were when the attacks began. */
  readonly logsDirectory: string;
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly attackedFleet: AttackedFleet;
  }
}
