import type { Known } from '../../../src/domain/sequence/checks';
import { parseSequence } from '../../../src/domain/sequence/parse';
import { problemText } from '../../../src/domain/yaml/problem';

interface Parts {
  readonly steps: readonly string[];
  readonly audience?: string;
  readonly more?: readonly string[];
  readonly name?: string;
}

/** What is said of a sequence of these steps, but for its end: code and severity, message, fix. */
function told({ steps, audience = 'lead', more = [], name = 'test' }: Parts, known: Known = {}): readonly string[] {
  const text = [
    `sequence: ${name}`,
    'title: Test',
    `audience: ${audience}`,
    'enter: { on: order.placed }',
    ...more,
    'steps:',
    ...steps.map((step) => `  - ${step}`),
    '  - { id: done, type: end }',
  ].join('\n');
  const parsed = parseSequence(text, 'a.yaml', known);
  return (parsed.type === 'valid' ? parsed.warnings : parsed.problems).map((problem) =>
    problemText(problem).replace(/^a\.yaml:\d+:\d+ /, ''),
  );
}
const join = (sequence: string) => `{ id: more, type: join, sequence: ${sequence} }`;

describe('what stands outside of the file', () => {
  const webhook = '{ id: tell, type: webhook, endpoint: crm }';

  test('is not looked at when nothing is known of it', () => {
    const wait = '{ id: open, type: wait, until: { calendar: any } }';
    expect(told({ steps: [webhook, wait, join('any')] })).toEqual([]);
  });

  test('an endpoint is one of those that are known', () => {
    expect(told({ steps: [webhook] }, { webhooks: ['crm'] })).toEqual([]);
    expect(told({ steps: [webhook] }, { webhooks: ['crn', 'erp'] })).toEqual([
      'error VIV_WEBHOOK_UNKNOWN steps[0].endpoint (step "tell"): there is no endpoint "crm" — did you mean "crn"?',
    ]);
    expect(told({ steps: [webhook] }, { webhooks: [] })).toEqual([
      'error VIV_WEBHOOK_UNKNOWN steps[0].endpoint (step "tell"): there is no endpoint "crm" — add it to webhooks.yaml',
    ]);
  });

  test('every variant of a mail is a template that can be sent', () => {
    const asked: string[] = [];
    const checkTemplate = (template: string, { purpose }: { readonly purpose: string }) => {
      asked.push(`${template} ${purpose}`);
      return template === 'b' ? ['there is no template "b"'] : [];
    };
    const mail =
      '{ id: hello, type: mail, purpose: newsletter, variants: [{ name: x, template: a }, { name: y, template: b }] }';
    expect(told({ steps: [mail] }, { checkTemplate })).toEqual([
      'error VIV_TEMPLATE_INVALID steps[0].variants[1].template (variant "y"): there is no template "b" — correct the template "b", or name another',
    ]);
    expect(asked).toEqual(['a newsletter', 'b newsletter']);
  });
});

describe('joins', () => {
  const sequence = (name: string, joins: readonly string[], audience: 'lead' | 'client' = 'lead') => ({
    name,
    audience,
    joins,
  });

  test('that come back by way of others are a warning that shows the way', () => {
    const sequences = [sequence('b', ['c']), sequence('c', ['x', 'test']), sequence('x', ['x'])];
    expect(told({ steps: [join('b')] }, { sequences })).toEqual([
      'warning VIV_JOIN_CIRCLE steps[0].sequence (step "more"): leads back to its own sequence: test → b → c → test — let one of them end without joining the next',
    ]);
  });

  test('that go round without it are the matter of those sequences', () => {
    const sequences = [sequence('b', ['c']), sequence('c', ['b'])];
    expect(told({ steps: [join('b')] }, { sequences })).toEqual([]);
  });

  test('of a client to a sequence for leads are a warning', () => {
    const known = { sequences: [sequence('b', [])] };
    expect(told({ steps: [join('b')], audience: 'client' }, known)).toEqual([
      'warning VIV_AUDIENCE_MISMATCH steps[0].sequence (step "more"): "b" is for leads: a client who is no lead does not enter it — name a sequence for clients',
    ]);
  });
});

describe('declared events', () => {
  const events = { 'order.placed': ['orderId', 'amount'], 'order.paid': ['orderId'], 'cart.left': [] };
  const same = (event: string, property: string) =>
    `{ id: paid, type: waitFor, events: [{ event: ${event}, same: { property: ${property} } }], timeout: 1d }`;

  test('without the file an event of any type may be the company’s own, but a slip of ours is told', () => {
    const ask = (type: string) => `{ id: ask, type: waitFor, event: ${type}, timeout: 1d }`;
    expect(told({ steps: [ask('order.paid')] })).toEqual([]);
    expect(told({ steps: [ask('mail.click')] })).toEqual([expect.stringContaining('warning VIV_EVENT_UNFAMILIAR')]);
    expect(told({ steps: [ask('mail.click')] }, { events })).toEqual([
      'error VIV_EVENT_UNDECLARED steps[0].event (step "ask"): the event "mail.click" is not declared — did you mean "mail.clicked"? Else add it to events.yaml',
    ]);
    expect(told({ steps: [ask('fair.seen')] }, { events })).toEqual([
      'error VIV_EVENT_UNDECLARED steps[0].event (step "ask"): the event "fair.seen" is not declared — add it to events.yaml',
    ]);
  });

  test('those of Viveiro need no declaration, and nothing is known of their properties', () => {
    const visit = '{ id: ask, type: waitFor, event: [mail.clicked, purchase, journey.ended], timeout: 1d }';
    expect(told({ steps: [visit] }, { events })).toEqual([]);
    const bought = told({ steps: [same('purchase', 'orderId')] }, { events });
    expect(bought).toEqual([]);
  });

  test('a property is looked for where it is read: in the awaited event and in the one that began the journey', () => {
    expect(told({ steps: [same('order.paid', 'orderId')] }, { events })).toEqual([]);
    expect(told({ steps: [same('order.paid', 'amount')] }, { events })).toEqual([
      'warning VIV_PROPERTY_UNDECLARED steps[0].events[0].same.property (step "paid"): the event "order.paid" is declared without the property "amount" — add it to events.yaml',
    ]);
  });

  test('a date of an event is a property of one of the types that its step waits for', () => {
    const ask = '{ id: ask, type: waitFor, event: [order.paid, cart.left], timeout: 1d }';
    const date = (property: string) => `{ id: due, type: wait, until: { date: event.${property}, of: ask } }`;
    expect(told({ steps: [ask, date('orderId')] }, { events })).toEqual([]);
    expect(told({ steps: [ask, date('dueOn')] }, { events })).toEqual([
      expect.stringContaining('warning VIV_PROPERTY_UNDECLARED steps[1].until.date (step "due")'),
    ]);
  });
});

test('a client may wait without end, and a lead only with a warning', () => {
  const ask = '{ id: ask, type: waitFor, event: purchase }';
  const joined = '{ id: more, type: join, sequence: other, wait: true }';
  expect(told({ steps: [ask, joined], audience: 'client' })).toEqual([]);
  expect(told({ steps: [ask, joined] })).toEqual([
    'warning VIV_TIMEOUT_MISSING steps[0].id (step "ask"): step "ask" waits for an event without end: a lead may stay in it for ever — add timeout: <duration>, and onTimeout: <step> if it should go elsewhere then',
    'warning VIV_TIMEOUT_MISSING steps[1].id (step "more"): step "more" waits for the end of other without end: a lead may stay in it for ever — add timeout: <duration>, and onTimeout: <step> if it should go elsewhere then',
  ]);
});

test('weights that add up to a hundred, or are plainly no per cent, are as they are', () => {
  const split = (...weights: readonly number[]) =>
    `{ id: half, type: split, branches: [${weights.map((weight, index) => `{ name: b${index}, weight: ${weight} }`)}] }`;
  for (const weights of [
    [50, 50],
    [33, 33, 33],
    [1, 2],
    [300, 700],
  ])
    expect(told({ steps: [split(...weights)] })).toEqual([]);
  expect(told({ steps: [split(50, 40)] })).toEqual([
    'warning VIV_SPLIT_ODD steps[0].branches (step "half"): the weights add up to 90, so the parts are 55.6 %, 44.4 % — let them add up to 100 if you mean per cent',
  ]);
});

test('a circle that a goto leaves after some rounds has an end', () => {
  const steps = ['{ id: rest, type: wait, for: 1d }', '{ id: again, type: goto, to: rest, most: 3 }'];
  expect(told({ steps })).toEqual([]);
});
