import type { Delivery } from '../../../src/domain/send/delivery';
import { settlementOf } from '../../../src/domain/send/settle';
import { HOUR, MONDAY } from '../../support/builders';

const MINUTE = HOUR / 60;
const settled = (delivery: Delivery, attempts = 0, purpose = 'marketing') =>
  settlementOf(delivery, { purpose, attempts, now: MONDAY });
const later = { type: 'put_off', response: '451 later' } as const;
const gone = { type: 'unreachable', problem: 'ECONNREFUSED' } as const;
const lost = { type: 'uncertain', problem: 'the connection ended' } as const;

test('what the server says in the end is how it stands', () => {
  expect(settled({ type: 'accepted', response: '250 ok' })).toEqual({ status: 'accepted', reason: '250 ok' });
  const never = { type: 'rejected', response: '550 5.1.1 no such user', isNoAddress: true } as const;
  expect(settled(never)).toEqual({ status: 'rejected', reason: '550 5.1.1 no such user', isNoAddress: true });
});

test('a server that says "later" is asked again, later each time, five times in all', () => {
  const until = [0, 1, 2, 3].map((attempts) => settled(later, attempts));
  expect(until).toEqual(
    [5 * MINUTE, 30 * MINUTE, 2 * HOUR, 8 * HOUR].map((delay) => ({
      status: 'deferred',
      until: MONDAY + delay,
      reason: '451 later',
    })),
  );
  expect(settled(later, 4)).toEqual({
    status: 'rejected',
    reason: 'given up after 5 tries: 451 later',
    isNoAddress: false,
  });
});

test('a relay that is gone is waited for for a week', () => {
  expect(settled(gone, 22)).toEqual({ status: 'deferred', until: MONDAY + 8 * HOUR, reason: 'ECONNREFUSED' });
  expect(settled(gone, 23)).toMatchObject({ status: 'rejected' });
});

test('without a final reply a marketing mail is held, and a transactional one sent again', () => {
  const reason = 'the server gave no final reply: the connection ended';
  expect(settled(lost)).toEqual({ status: 'unknown', reason });
  expect(settled(lost, 0, 'transactional')).toEqual({ status: 'deferred', until: MONDAY + 5 * MINUTE, reason });
  expect(settled(lost, 4, 'transactional')).toEqual({ status: 'unknown', reason });
});
