import { planStep, stepMails, stepSchema } from '../../../src/domain/steps';
import { type MailStep, templateOf } from '../../../src/domain/steps/mail';
import { anEvent, DAY, MONDAY, someFacts } from '../../support/builders';
import { arrived, aStep, settled, VISIT_KEY, waitingUntil } from '../../support/situations';

describe('a mail with variants', () => {
  const mail = aStep({
    type: 'mail',
    variants: [
      { name: 'warm', template: 'hello-warm' },
      { name: 'dry', template: 'hello-dry', weight: 2 },
    ],
    winner: { by: 'clicks', after: 500, within: '2d' },
  });
  const variantAt = (key: string) => {
    const plan = planStep(mail, { ...arrived, key });
    return plan.type === 'perform' && plan.effect === 'mail' ? plan.variant : undefined;
  };
  it('sends one of them by weight, and the same one when it is tried again', () => {
    const chosen = Array.from({ length: 1500 }, (_, index) => variantAt(`visit-${index}`));
    const share = chosen.filter((variant) => variant === 'dry').length / chosen.length;
    expect(share).toBeGreaterThan(0.61); // 4 standard deviations around 2/3
    expect(share).toBeLessThan(0.72);
    expect(planStep(mail, waitingUntil(MONDAY))).toEqual(planStep(mail, arrived));
  });
  it('sends the winner to everyone', () => {
    const facts = someFacts([], { winners: { here: 'warm' } });
    const plan = { type: 'perform', effect: 'mail', variant: 'warm', reason: 'it has won the comparison' };
    for (const key of ['a', 'b', 'c', 'd', 'e']) expect(planStep(mail, { ...arrived, key, facts })).toEqual(plan);
  });
  it('goes on by chance when the winner is a variant no more', () => {
    const facts = someFacts([], { winners: { here: 'gone' } });
    expect(planStep(mail, { ...arrived, facts })).toEqual(planStep(mail, arrived));
  });
  it('names its templates', () => {
    expect(stepMails(mail).map(({ template }) => template)).toEqual(['hello-warm', 'hello-dry']);
    const { variants } = mail as MailStep; // aStep answers any step
    expect(variants?.map(({ name }) => templateOf(mail as MailStep, name))).toEqual(['hello-warm', 'hello-dry']);
    expect(() => templateOf(mail as MailStep, 'gone')).toThrow('no variant gone');
  });
  it.each([
    [
      {
        template: 'a',
        variants: [
          { name: 'x', template: 'b' },
          { name: 'y', template: 'c' },
        ],
      },
      'needs either',
    ],
    [
      {
        variants: [
          { name: 'x', template: 'b' },
          { name: 'x', template: 'c' },
        ],
      },
      'two variants of one name',
    ],
    [{ template: 'a', winner: { by: 'clicks', after: 10, within: '1d' } }, 'needs `variants:`'],
  ])('refuses %j', (parts, message) => {
    const { error } = stepSchema.safeParse({ id: 'here', type: 'mail', ...parts });
    expect(error?.issues.map((issue) => issue.message).join()).toContain(message);
  });
});

describe('a task', () => {
  const call = aStep({
    type: 'task',
    kind: 'call',
    team: 'growers',
    title: 'Ask about the greenhouse',
    due: '2d',
    outcomes: { reached: 'talked' },
    onOverdue: 'late',
    next: 'then',
  });
  const DUE = MONDAY + 2 * DAY;
  const closed = (outcome: string, parts = {}) =>
    waitingUntil(DUE, {
      facts: someFacts([anEvent(4, 'task.closed', { properties: { taskId: VISIT_KEY, outcome }, ...parts })]),
    });

  it('is given to someone, and waited for', () => {
    expect(planStep(call, arrived)).toMatchObject({
      type: 'stay',
      until: DUE,
      events: ['task.closed'],
      changes: [
        {
          type: 'task',
          task: {
            key: VISIT_KEY,
            stepId: 'here',
            kind: 'call',
            team: 'growers',
            title: 'Ask about the greenhouse',
            dueAt: DUE,
          },
        },
      ],
    });
  });
  it('goes where its outcome says, else on', () => {
    expect(planStep(call, closed('reached'))).toMatchObject({
      to: 'talked',
      kind: 'task',
      outcome: 'reached',
      usedSeq: 4,
    });
    expect(planStep(call, closed('no-answer'))).toMatchObject({ to: 'then', outcome: 'no-answer' });
    expect(planStep(call, closed('constructor'))).toMatchObject({ to: 'then' });
  });
  it('hears of no other task, and of none that is closed too late', () => {
    const other = closed('reached', { properties: { taskId: 'another', outcome: 'reached' } });
    expect(planStep(call, other)).toMatchObject({ type: 'stay' });
    const late = { ...closed('reached', { at: DUE + 1 }), now: DUE + 1 };
    expect(planStep(call, late)).toMatchObject({ type: 'go', to: 'late', outcome: 'overdue' });
  });
});

describe('a join', () => {
  const entering = { type: 'join', key: VISIT_KEY, stepId: 'here', sequence: 'welcome' };
  it('without a wait enters the other sequence and goes on', () => {
    const join = aStep({ type: 'join', sequence: 'welcome', next: 'then' });
    const changes = [{ ...entering, isAwaited: false }];
    expect(planStep(join, arrived)).toMatchObject({ type: 'go', to: 'then', outcome: 'entered', changes });
  });
  it('with a wait goes on when that journey has ended, by its outcome', () => {
    const join = aStep({
      type: 'join',
      sequence: 'welcome',
      wait: true,
      outcomes: { goal: 'glad' },
      timeout: '9d',
      onTimeout: 'late',
    });
    const until = MONDAY + 9 * DAY;
    expect(planStep(join, arrived)).toMatchObject({ type: 'stay', until, changes: [{ ...entering, isAwaited: true }] });
    const ended = anEvent(4, 'journey.ended', { properties: { joinId: VISIT_KEY, outcome: 'goal' } });
    expect(planStep(join, waitingUntil(until, { facts: someFacts([ended]) }))).toMatchObject({
      to: 'glad',
      outcome: 'goal',
    });
    expect(planStep(join, waitingUntil(until, { now: until }))).toMatchObject({ to: 'late', outcome: 'timeout' });
  });
  it('has outcomes only with a wait', () => {
    const { error } = stepSchema.safeParse({ id: 'here', type: 'join', sequence: 'welcome', timeout: '1d' });
    expect(error?.issues).toMatchObject([{ path: ['wait'] }]);
  });
});

describe('a webhook', () => {
  const tell = aStep({
    type: 'webhook',
    endpoint: 'crm',
    set: { size: 'company.size' },
    onFailed: 'sorry',
    next: 'then',
  });
  it('is performed, then goes on with what the answer gave', () => {
    expect(planStep(tell, arrived)).toEqual({ type: 'perform', effect: 'webhook' });
    const delivered = settled({ effect: 'webhook', status: 'delivered', set: { size: 12 }, reason: '200' });
    expect(planStep(tell, delivered)).toMatchObject({
      to: 'then',
      outcome: 'delivered',
      reason: '200; sets size',
      changes: [{ type: 'attributes', set: { size: 12 } }],
    });
  });
  it('that failed goes where the step says; one that was skipped goes on', () => {
    expect(planStep(tell, settled({ effect: 'webhook', status: 'failed', reason: '410' }))).toMatchObject({
      to: 'sorry',
    });
    expect(planStep(tell, settled({ effect: 'webhook', status: 'skipped', reason: 'paused' }))).toMatchObject({
      to: 'then',
    });
  });
  it('that is put off waits, and is performed again', () => {
    const later = settled({ effect: 'webhook', status: 'deferred', until: MONDAY + 60_000, reason: '503' });
    expect(planStep(tell, later)).toMatchObject({ type: 'stay', until: MONDAY + 60_000 });
    expect(planStep(tell, waitingUntil(MONDAY + 60_000))).toEqual({ type: 'perform', effect: 'webhook' });
  });
});

test('an update gives and takes tags', () => {
  const tagged = aStep({ type: 'update', tag: ['vip'], untag: ['cold'] });
  expect(planStep(tagged, arrived)).toMatchObject({
    reason: 'tag vip, no tag cold',
    changes: [{ type: 'tags', add: ['vip'], remove: ['cold'] }],
  });
});

test('a score gives points by the key of the visit', () => {
  const score = aStep({ type: 'score', points: -2.5, reason: 'did not come' });
  expect(planStep(score, arrived)).toMatchObject({
    outcome: '-2.5',
    recorded: true,
    changes: [{ type: 'score', key: VISIT_KEY, stepId: 'here', points: -2.5, reason: 'did not come' }],
  });
});
