import type { ChannelSettings } from '@soc/contracts/notification/channels';
import { createTransport } from 'nodemailer';
import type { SendResult } from '../domain/decide-attempt.ts';
import { emailContent } from '../domain/email.ts';
import { type Message, singleLine } from '../domain/message.ts';

type EmailSettings = Extract<ChannelSettings, { readonly kind: 'email' }>['settings'];

const MAX_REASON_CHARS = 300;

const isFinal = (error: Error): boolean =>
  'responseCode' in error && typeof error.responseCode === 'number' && error.responseCode >= 500;

const isRefusedLogin = (error: Error): boolean => 'code' in error && error.code === 'EAUTH';

/** A 5xx answer of SMTP is meant to be final (RFC 5321, section 4.2.1); a refused login may be mended meanwhile. */
function describe(error: unknown): SendResult {
  if (!(error instanceof Error)) return { ok: false, reason: 'unknown error', permanent: false };
  const reason = singleLine(error.message, MAX_REASON_CHARS);
  return { ok: false, reason, permanent: isFinal(error) && !isRefusedLogin(error) };
}

/** Rejects when the signal is aborted before the work is done. */
async function within<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  signal.throwIfAborted();
  const aborted = Promise.withResolvers<never>();
  const onAbort = (): void => aborted.reject(new Error('the mail server did not answer in time'));
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    return await Promise.race([work, aborted.promise]);
  } finally {
    signal.removeEventListener('abort', onAbort);
  }
}

/** Sends one e-mail over a connection of its own. The Message-ID is the same over all tries, for receivers that deduplicate. */
export async function sendEmail(
  settings: EmailSettings,
  password: string | undefined,
  mail: { readonly id: string; readonly message: Message },
  limits: { readonly signal: AbortSignal; readonly timeoutMs: number },
): Promise<SendResult> {
  const { host, port, security, user, from, to } = settings;
  const transport = createTransport({
    host,
    port,
    secure: security === 'tls',
    requireTLS: security === 'starttls',
    ignoreTLS: security === 'none',
    ...(user !== null && { auth: { user, pass: password ?? '' } }),
    connectionTimeout: limits.timeoutMs,
    greetingTimeout: limits.timeoutMs,
    socketTimeout: limits.timeoutMs,
    dnsTimeout: limits.timeoutMs,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
  try {
    const content = emailContent(mail.message);
    const headers = { 'Auto-Submitted': 'auto-generated' };
    const sending = transport.sendMail({ ...content, from, to, headers, messageId: `<${mail.id}@soc-agent>` });
    await within(limits.signal, sending);
    return { ok: true };
  } catch (error) {
    return describe(error);
  } finally {
    transport.close();
  }
}
