import type { Reenter } from '../../../src/domain/entry/schema';
import type { Json } from '../../../src/domain/ids';
import { entryKeyOf, type PastJourney, reentry } from '../../../src/domain/sequence/reentry';
import { DAY, MONDAY } from '../../support/builders';

const aPast = (parts: Partial<PastJourney> = {}): PastJourney => ({
  id: 'j',
  running: false,
  enteredAt: MONDAY - 10 * DAY,
  leadId: 'lead-1',
  entryKey: 'A-1',
  ...parts,
});
const RUNNING = aPast({ running: true });
const WAITS = aPast({ waits: true });
const ENDED = aPast();
const perOrder: Reenter = { perKey: 'orderId' };

it.each<[Reenter, readonly PastJourney[], { leadId?: string | null; key?: string }, string | undefined]>([
  ['never', [], {}, undefined],
  ['never', [ENDED], {}, 'went through it before, and the sequence lets nobody in again'],
  ['always', [ENDED], {}, undefined],
  ['always', [ENDED, RUNNING], {}, 'is already going through it'],
  ['always', [WAITS], {}, 'already waits to enter it'],
  [{ after: 10 * DAY }, [ENDED], {}, undefined],
  [{ after: 11 * DAY }, [ENDED], {}, 'entered it less than 11d ago'],
  ['newLead', [RUNNING], {}, 'is already going through it with this lead'],
  ['newLead', [ENDED], {}, 'went through it with this lead before, and the sequence lets each lead in once'],
  ['newLead', [RUNNING], { leadId: 'lead-2' }, undefined],
  [perOrder, [RUNNING], {}, 'is already going through it for orderId A-1'],
  [perOrder, [ENDED], {}, 'went through it for orderId A-1 before, and the sequence lets in once for each'],
  [perOrder, [RUNNING, ENDED], { key: 'A-2' }, undefined],
  [perOrder, [], { key: undefined }, 'no orderId is given, and the sequence lets in once for each'],
  [{ perKey: 'orderId', after: 30 * DAY }, [ENDED], {}, 'entered it for orderId A-1 less than 30d ago'],
  [{ perKey: 'orderId', after: 3 * DAY }, [ENDED], {}, undefined],
  [{ perKey: 'orderId', after: 3 * DAY }, [RUNNING], {}, 'is already going through it for orderId A-1'],
])('with %j after %j, %j: %s', (rule, past, entering, reason) => {
  expect(reentry(rule, past, { leadId: 'lead-1', key: 'A-1', now: MONDAY, ...entering })).toBe(reason);
});

it.each<[Reenter, { readonly [name: string]: Json }, string | undefined]>([
  [perOrder, { orderId: 'A-1' }, 'A-1'],
  [perOrder, { orderId: 17 }, '17'],
  [perOrder, { orderId: '' }, undefined],
  [perOrder, { orderId: 'x'.repeat(201) }, undefined],
  [perOrder, { orderId: null }, undefined],
  [perOrder, { orderId: ['A-1'] }, undefined],
  [perOrder, {}, undefined],
  [{ perKey: 'constructor' }, {}, undefined],
  ['always', { orderId: 'A-1' }, undefined],
  [{ after: DAY }, { orderId: 'A-1' }, undefined],
])('the key of %j in %j is %s', (rule, properties, key) => {
  expect(entryKeyOf(rule, properties)).toBe(key);
});
