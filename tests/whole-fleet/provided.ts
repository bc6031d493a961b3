/** The one fleet that the files of this folder share, as a test finds it by `inject('wholeFleet')`. */
export interface WholeFleet {
  readonly gatewayUrl: string;
  readonly dataDirectory: string;
  readonly admin: { readonly email: string; readonly password: string };
  /** Where the alert service listens by itself, past the gateway. */
  readonly alertUrl: string;
  /** Connects the superuser. */
  readonly databaseUrl: string;
  /** Undefined where what watches a fleet cannot be had. */
  readonly monitoring: { readonly prometheusUrl: string; readonly alertmanagerUrl: string } | undefined;
  /** Where each process of each service listens by itself. */
  readonly serviceUrls: readonly string[];
}

declare module 'vitest' {
  interface ProvidedContext {
    readonly wholeFleet: WholeFleet;
  }
}
