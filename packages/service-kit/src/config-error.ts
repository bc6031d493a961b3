/** A variable is missing, makes no sense, or names what cannot be used; the message names each one, never its value. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}
