import { expect, test } from 'vitest';
import { isAnswer } from './errors.ts';

const said = (severity: string, code: string) => isAnswer(Object.assign(new Error('x'), { severity, code }));

test('an answer is known by its code, in whatever language the server speaks', () => {
  for (const severity of ['ERROR', 'FEHLER', 'ERREUR', 'エラー']) expect(said(severity, '23505')).toBe(true);
});

test('what ends the session is no answer, and neither is an error of the socket', () => {
  for (const code of ['57P01', '57P05', '08006', '25P03', '25P04']) expect(said('ОШИБКА', code)).toBe(false);
  expect(said('FATAL', '40001')).toBe(false);
  expect(said('PANIC', 'XX000')).toBe(false);
  expect(isAnswer(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }))).toBe(false);
});
