/**
 * Something the person at the keyboard can put right: a busy port, a missing program. The message is one clear sentence;
 * the command prints it without a stack and exits with 1.
 */
export class OperatorError extends Error {
  override readonly name = 'OperatorError';
}
