import { isQuiet, quietEnd } from '../../../src/domain/gate/quiet-hours';

const at = (iso: string) => Date.parse(iso);
const night = { from: '21:00', to: '08:00' };
const WARSAW = 'Europe/Warsaw';

describe('quiet hours', () => {
  it('begin with their first minute and end before their last', () => {
    expect(isQuiet(at('2026-01-05T20:59:59Z'), night, 'UTC')).toBe(false);
    expect(isQuiet(at('2026-01-05T21:00Z'), night, 'UTC')).toBe(true);
    expect(isQuiet(at('2026-01-06T07:59:59Z'), night, 'UTC')).toBe(true);
    expect(isQuiet(at('2026-01-06T08:00Z'), night, 'UTC')).toBe(false);
  });

  it('may lie within a day, and may be none', () => {
    expect(isQuiet(at('2026-01-05T12:30Z'), { from: '12:00', to: '13:00' }, 'UTC')).toBe(true);
    expect(isQuiet(at('2026-01-05T13:00Z'), { from: '12:00', to: '13:00' }, 'UTC')).toBe(false);
    expect(isQuiet(at('2026-01-05T12:00Z'), { from: '12:00', to: '12:00' }, 'UTC')).toBe(false);
  });

  it('end by the clock, also in a night that is an hour shorter or longer', () => {
    expect(quietEnd(at('2026-03-28T22:00Z'), night, WARSAW)).toBe(at('2026-03-29T06:00Z'));
    expect(quietEnd(at('2026-10-24T22:00Z'), night, WARSAW)).toBe(at('2026-10-25T07:00Z'));
  });

  it('that end in a gap of the clock end after it', () => {
    expect(quietEnd(at('2026-03-28T22:00Z'), { from: '21:00', to: '02:30' }, WARSAW)).toBe(at('2026-03-29T01:30Z'));
  });

  it('that end in a repeated hour end both times', () => {
    const hours = { from: '21:00', to: '02:30' };
    expect(quietEnd(at('2026-10-24T22:00Z'), hours, WARSAW)).toBe(at('2026-10-25T00:30Z'));
    expect(isQuiet(at('2026-10-25T01:10Z'), hours, WARSAW)).toBe(true);
    expect(quietEnd(at('2026-10-25T01:10Z'), hours, WARSAW)).toBe(at('2026-10-25T01:30Z'));
  });

  it('that hold nearly always find the minute between', () => {
    const hours = { from: '02:45', to: '02:30' };
    expect(quietEnd(at('2026-03-28T12:00Z'), hours, WARSAW)).toBe(at('2026-03-30T00:30Z')); // 29 March has no 02:30
  });
});
