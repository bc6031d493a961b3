import { AuditFact } from '@soc/contracts';
import type { FastifyRequest } from 'fastify';
import { expect, test } from 'vitest';
import { factOf } from './audit-entry.ts';

const entry = { action: 'channel.create', outcome: 'success', tenantId: 'default' } as const;

test('whatever a client sends, the record fits its contract', () => {
  const request = {
    method: 'POST',
    routeOptions: { url: '/x' },
    headers: { 'user-agent': `\0\ud800${'x'.repeat(5_000)}`, 'x-forwarded-for': 'not an address' },
    ip: '127.0.0.1',
    principal: undefined,
    // The part of a request that a record is made from.
  } as unknown as FastifyRequest;
  const fact = factOf({
    ...entry,
    target: { type: 'x'.repeat(100), id: '\udc00'.repeat(400) },
    reason: 'y'.repeat(2_000),
    details: { deep: { list: ['\0', '\ud800', 1n, undefined] } },
    request,
  });
  expect(AuditFact.safeParse(fact)).toEqual({ success: true, data: fact });
  expect(JSON.stringify(fact)).not.toMatch(/\\u(0000|d[89a-f])/);
  expect(fact.request?.address).toBe('127.0.0.1');
  expect(fact.actor).toEqual({ kind: 'anonymous' });
});

test('details that are too large are left out, and that is told', () => {
  expect(factOf({ ...entry, details: { much: 'x'.repeat(5_000) } }).details).toEqual({ leftOut: 'larger than 4 KB' });
});

test('without a request the service itself has done it', () => {
  expect(factOf(entry).actor).toEqual({ kind: 'system' });
});
