import { describe, expect, it } from 'vitest';
import { normaliseWebhook } from './normalise.ts';
import { normaliseOne, receivedAt } from './normalise-one.fixture.ts';

describe('normaliseWebhook', () => {
  it('one bad document does not cost the good ones beside it', () => {
    const result = normaliseWebhook('generic', [{ title: 'A' }, 7, { title: '' }, { title: 'B' }], { receivedAt });
    expect(result).toMatchObject({
      ok: true,
      alerts: [{ alert: { title: 'A' }, raw: { title: 'A' } }, { alert: { title: 'B' } }],
      refused: [
        { index: 1, refusal: '[1]: must be an object' },
        { index: 2, refusal: expect.stringContaining('[2]: no title: expected text at title, name') },
      ],
      skipped: 0,
    });
  });

  it('a payload with nothing readable in it is refused with the first reason', () => {
    expect(normaliseWebhook('suricata', [{ alert: {} }, 1], { receivedAt })).toEqual({
      ok: false,
      refusal: '[0]: no title: expected text at alert.signature',
    });
  });

  it('an alert that tells no time happened when it arrived; one that tells nonsense says so', () => {
    expect(normaliseOne('generic', { title: 'A' })).toMatchObject({ occurredAt: receivedAt.toISOString(), tags: [] });
    expect(normaliseOne('generic', { title: 'A', timestamp: 'soon' })).toMatchObject({
      occurredAt: receivedAt.toISOString(),
      tags: ['unreadable-time'],
    });
  });

  it('long texts are cut', () => {
    const alert = normaliseOne('generic', {
      title: 'a'.repeat(9_999),
      description: 'b'.repeat(99_999),
      id: 'c'.repeat(999),
    });
    expect(alert.title).toHaveLength(500);
    expect(alert.description).toHaveLength(8_000);
    expect(alert.externalId).toHaveLength(256);
  });

  it('addresses that name nobody are no observables', () => {
    const alert = normaliseOne('generic', { title: 'A', src_ip: '127.0.0.1', dest_ip: '192.0.2.1', host: 'localhost' });
    expect(alert.observables).toEqual([{ type: 'ip', value: '192.0.2.1', role: 'destination' }]);
  });
});
