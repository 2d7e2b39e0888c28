import fc from 'fast-check';
import {
  type HandoffAction,
  isOpen,
  nextStatus,
  type Status,
  statusesBefore,
} from '../../../src/domain/handoff/status';

const ACTIONS: readonly HandoffAction[] = ['accept', 'reject', 'recycle', 'escalate', 'expire'];

const statusAfter = (actions: readonly HandoffAction[]): Status =>
  actions.reduce<Status>((status, action) => nextStatus(status, action) ?? status, 'offered');

describe('the status of a handoff', () => {
  it('is answered from the offer and from the escalation alike', () => {
    expect(statusAfter(['accept'])).toBe('accepted');
    expect(statusAfter(['escalate', 'recycle'])).toBe('recycled');
    expect(statusesBefore('reject')).toEqual(['offered', 'escalated']);
  });

  it('is escalated once, and expires only after that', () => {
    expect(nextStatus('offered', 'expire')).toBeUndefined();
    expect(nextStatus('escalated', 'escalate')).toBeUndefined();
    expect(statusAfter(['escalate', 'expire'])).toBe('expired');
  });

  it('never changes after the first answer or the expiry', () => {
    const actions = fc.array(fc.constantFrom(...ACTIONS), { maxLength: 12 });
    fc.assert(
      fc.property(actions, actions, (before, late) => {
        const held = statusAfter(before);
        fc.pre(!isOpen(held));
        expect(statusAfter([...before, ...late])).toBe(held);
      }),
    );
  });
});
