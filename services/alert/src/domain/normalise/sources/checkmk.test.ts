import { describe, expect, it } from 'vitest';
import { fingerprintsOf, normaliseOne, observableTexts } from '../normalise-one.fixture.ts';

const problem = {
  id: '41',
  summary: 'CheckMK db-2/Filesystem / - OK -> CRIT',
  host: 'db-2',
  alias: 'db-2',
  address: '192.0.2.31',
  service: 'Filesystem /',
  event: 'OK -> CRIT',
  output: 'Used: 99 %',
  status: 'CRITICAL',
  severity: 'CRITICAL',
  check_command: 'check_mk-df',
  site: 'cmk',
  what: 'SERVICE',
  notification_type: 'PROBLEM',
  long_date_time: 'Mon Jun  2 14:20:39 CEST 2025',
  short_date_time: '2025-06-02 14:20:39',
};
const recovery = {
  ...problem,
  id: '42',
  summary: 'CheckMK db-2/Filesystem / - CRIT -> OK',
  event: 'CRIT -> OK',
  status: 'OK',
  severity: 'OK',
  notification_type: 'RECOVERY',
};

describe('checkmk', () => {
  it('a problem has its summary, its time by the zone of the long date, and its host', () => {
    const alert = normaliseOne('checkmk', problem);
    expect(alert).toMatchObject({
      title: 'CheckMK db-2/Filesystem / - OK -> CRIT',
      severity: 'critical',
      occurredAt: '2025-06-02T12:20:39.000Z',
      resolved: false,
    });
    expect(observableTexts(alert)).toEqual(['host db-2', 'host ip 192.0.2.31']);
  });

  it('the recovery is the same alert, over', () => {
    expect(normaliseOne('checkmk', recovery)).toMatchObject({ severity: 'informational', resolved: true });
    expect(fingerprintsOf('checkmk', recovery)).toEqual(fingerprintsOf('checkmk', problem));
    expect(fingerprintsOf('checkmk', { ...problem, service: 'Memory' })).not.toEqual(
      fingerprintsOf('checkmk', problem),
    );
  });
});
