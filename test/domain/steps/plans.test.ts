import { fallsThrough, planStep, type Step, stepEvents, stepTargets } from '../../../src/domain/steps';
import type { Situation, StepPlan } from '../../../src/domain/steps/handler';
import { anEvent, DAY, HOUR, JOURNEY_ID, MONDAY, someFacts } from '../../support/builders';
import { arrived, aStep, settled, waitingUntil } from '../../support/situations';

const step = aStep;

/** Name of the case, the step, its situation, its plan. */
type Case = readonly [string, Step, Situation, Partial<StepPlan>];

const mail = step({ type: 'mail', template: 'hello', next: 'then' });
const mails: readonly Case[] = [
  ['a mail is performed', mail, arrived, { type: 'perform', effect: 'mail' }],
  ['a deferred mail is performed again at its time', mail, waitingUntil(MONDAY), { type: 'perform', effect: 'mail' }],
  ...(['accepted', 'rejected', 'unknown', 'skipped'] as const).map(
    (status): Case => [
      `a mail that was ${status} goes on, and leaves its decision to the ledger`,
      mail,
      settled({ effect: 'mail', status, reason: 'why' }),
      { type: 'go', to: 'then', kind: 'send', outcome: status, reason: 'why', recorded: true },
    ],
  ),
  [
    'a mail that is deferred stays until then, for no event',
    mail,
    settled({ effect: 'mail', status: 'deferred', until: MONDAY + HOUR, reason: 'quiet hours' }),
    { type: 'stay', until: MONDAY + HOUR, events: [], reason: 'quiet hours' },
  ],
  [
    'a mail that the gate refuses for good ends the journey',
    mail,
    settled({ effect: 'mail', status: 'exit', reason: 'suppressed' }),
    { type: 'end', outcome: 'exit', reason: 'suppressed', kind: 'exit' },
  ],
];

const twoDays = step({ type: 'wait', for: '2d', next: 'then' });
const atNine = step({ type: 'wait', until: { time: '09:00', weekday: ['tue', 'thu'], zone: 'Europe/Warsaw' } });
const waits: readonly Case[] = [
  ['a wait stays for its duration', twoDays, arrived, { type: 'stay', until: MONDAY + 2 * DAY, events: [] }],
  ['a wait that is woken keeps its due time', twoDays, waitingUntil(MONDAY + 1), { type: 'stay', until: MONDAY + 1 }],
  ['a wait is over at its due time', twoDays, waitingUntil(MONDAY), { type: 'go', to: 'then', kind: 'wait' }],
  [
    'a wait until a time of day counts in the zone that it names',
    atNine,
    arrived,
    { type: 'stay', until: Date.UTC(2026, 0, 6, 8), reason: 'waits until tue/thu 09:00 in Europe/Warsaw' },
  ],
  [
    'a wait until a time of day counts in the zone of the contact, when it names none',
    step({ type: 'wait', until: { time: '09:00' } }),
    arrived,
    { type: 'stay', until: Date.UTC(2026, 0, 6, 12), reason: 'waits until 09:00 in America/Sao_Paulo' },
  ],
];

const click = step({
  type: 'waitFor',
  event: ['mail.clicked', 'call.requested'],
  timeout: '2d',
  onEvent: 'hot',
  onTimeout: 'cold',
});
const seeing = (...events: Parameters<typeof anEvent>[]) => someFacts(events.map((event) => anEvent(...event)));
const DUE = MONDAY + 2 * DAY;
const waitsFor: readonly Case[] = [
  [
    'a wait for events stays with its timeout',
    click,
    arrived,
    { type: 'stay', until: DUE, events: ['mail.clicked', 'call.requested'] },
  ],
  [
    'the first event that counts is used, whichever type it has',
    click,
    { ...waitingUntil(DUE), facts: seeing([3, 'page.viewed'], [4, 'call.requested'], [5, 'mail.clicked']) },
    { type: 'go', to: 'hot', outcome: 'event', reason: 'call.requested came', usedSeq: 4 },
  ],
  [
    'an event behind the horizon was seen before',
    click,
    { ...waitingUntil(DUE), seen: { horizon: 4, used: [] }, facts: seeing([4, 'mail.clicked']) },
    { type: 'stay', until: DUE },
  ],
  [
    'an event that an earlier wait has used does not count',
    click,
    { ...waitingUntil(DUE), seen: { horizon: 3, used: [4] }, facts: seeing([4, 'mail.clicked']) },
    { type: 'stay', until: DUE },
  ],
  [
    'an event at the very end is in time, also when it is seen late',
    click,
    { ...waitingUntil(DUE), now: DUE + DAY, facts: seeing([4, 'mail.clicked', { at: DUE }]) },
    { type: 'go', to: 'hot', usedSeq: 4 },
  ],
  [
    'an event one millisecond late is too late',
    click,
    { ...waitingUntil(DUE), now: DUE + DAY, facts: seeing([4, 'mail.clicked', { at: DUE + 1 }]) },
    { type: 'go', to: 'cold', outcome: 'timeout' },
  ],
  [
    'an event of this journey counts',
    click,
    { ...waitingUntil(DUE), facts: seeing([4, 'mail.clicked', { journeyId: JOURNEY_ID }]) },
    { type: 'go', to: 'hot' },
  ],
  [
    'an event of another journey does not',
    click,
    { ...waitingUntil(DUE), facts: seeing([4, 'mail.clicked', { journeyId: 'another' }]) },
    { type: 'stay', until: DUE },
  ],
  ['the timeout is at its due time', click, waitingUntil(DUE, { now: DUE }), { type: 'go', to: 'cold' }],
  ['the timeout is not a moment before', click, waitingUntil(DUE, { now: DUE - 1 }), { type: 'stay', until: DUE }],
];

const gold = step({
  type: 'checkpoint',
  when: { fact: 'contact.attributes.plan', is: 'gold' },
  then: 'yes',
  else: 'no',
});
const planned = (plan: string): Situation => {
  const facts = someFacts();
  return { ...arrived, facts: { ...facts, contact: { ...facts.contact, attributes: { plan } } } };
};
const checkpoints: readonly Case[] = [
  [
    'a checkpoint that holds branches to then',
    gold,
    planned('gold'),
    { type: 'go', to: 'yes', kind: 'branch', outcome: 'yes' },
  ],
  ['a checkpoint that does not branches to else', gold, planned('tin'), { type: 'go', to: 'no', outcome: 'no' }],
];

const updates: readonly Case[] = [
  [
    'an update goes on at once with its changes, and says them',
    step({ type: 'update', set: { plan: 'gold', size: 3 }, stage: 'sql', next: 'then' }),
    arrived,
    {
      type: 'go',
      to: 'then',
      kind: 'update',
      reason: 'plan = gold, size = 3, stage = sql',
      changes: [
        { type: 'attributes', set: { plan: 'gold', size: 3 } },
        { type: 'stage', stage: 'sql' },
      ],
    },
  ],
  [
    'an update of the stage alone leaves the attributes',
    step({ type: 'update', stage: 'lost' }),
    arrived,
    { type: 'go', changes: [{ type: 'stage', stage: 'lost' }] },
  ],
];

const sell = step({ type: 'handoff', sla: '1d', onAccepted: 'a', onRejected: 'b', onRecycled: 'c', onExpired: 'd' });
const handoffs: readonly Case[] = [
  ['a handoff is performed', sell, arrived, { type: 'perform', effect: 'handoff' }],
  ...Object.entries({ accepted: 'a', rejected: 'b', recycled: 'c', expired: 'd' } as const).map(
    ([status, to]): Case => [
      `a handoff that is ${status} goes where the step says`,
      sell,
      settled({ effect: 'handoff', status: status as 'accepted', reason: 'why' }), // Object.entries forgets the names
      { type: 'go', to, kind: 'handoff', outcome: status, reason: 'why' },
    ],
  ),
];

const ends: readonly Case[] = [
  [
    'an end ends with its outcome',
    step({ type: 'end', outcome: 'won' }),
    arrived,
    { type: 'end', outcome: 'won', kind: 'end' },
  ],
  ['an end without one says completed', step({ type: 'end' }), arrived, { type: 'end', outcome: 'completed' }],
];

test.each([...mails, ...waits, ...waitsFor, ...checkpoints, ...updates, ...handoffs, ...ends])(
  '%s',
  (_name, given, situation, plan) => {
    expect(planStep(given, situation)).toMatchObject(plan);
  },
);

test('an outcome of another effect is refused, not guessed at', () => {
  const answered = settled({ effect: 'handoff', status: 'accepted', reason: '' });
  expect(() => planStep(mail, answered)).toThrow('its outcome is of handoff');
  expect(() => planStep(sell, settled({ effect: 'mail', status: 'accepted', reason: '' }))).toThrow(
    'its outcome is of mail',
  );
});

/** Where each type may go, whether also to the step below, and what it waits for. */
const GRAPH: readonly (readonly [Step, readonly string[], boolean, readonly string[]])[] = [
  [mail, ['then'], false, []],
  [step({ type: 'mail', template: 'hello' }), [], true, []],
  [twoDays, ['then'], false, []],
  [atNine, [], true, []],
  [click, ['hot', 'cold'], false, ['mail.clicked', 'call.requested']],
  [step({ type: 'waitFor', event: 'page.viewed', timeout: '1d', onEvent: 'hot' }), ['hot'], true, ['page.viewed']],
  [gold, ['yes', 'no'], false, []],
  [step({ type: 'checkpoint', when: { did: 'purchase' }, else: 'no' }), ['no'], true, []],
  [step({ type: 'update', stage: 'lost' }), [], true, []],
  [sell, ['a', 'b', 'c', 'd'], false, []],
  [step({ type: 'handoff', sla: '1d', onRecycled: 'c' }), ['c'], true, []],
  [step({ type: 'end' }), [], false, []],
];

test.each(GRAPH)('targets, fall-through and events of %j', (given, targets, falls, events) => {
  const [to, types] = [stepTargets(given).map((target) => target.to), stepEvents(given).map(({ type }) => type)];
  expect([to, fallsThrough(given), types]).toEqual([targets, falls, events]);
});
