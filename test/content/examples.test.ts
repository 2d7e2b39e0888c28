import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { ContactFacts, Facts } from '../../src/domain/facts';
import type { Rules } from '../../src/domain/rules';
import type { Known } from '../../src/domain/sequence/checks';
import type { Definition } from '../../src/domain/sequence/definition';
import { STEP_TYPES } from '../../src/domain/steps';
import { compileTemplates } from '../../src/mail/templates';
import { knownFrom, readSequenceFile, sequencesIn } from '../../src/runtime/sequence-files';
import { aLeadAt, CONTACT_ID, DAY, HOUR, someFacts } from '../support/builders';
import { type Play, play } from './play';
import { shippedRules, TEMPLATES } from './shipped';

const FOLDER = path.resolve(__dirname, '../../docs/sequences');
const FILES = readdirSync(FOLDER).filter((name) => name.endsWith('.yaml'));

let rules: Rules;
const examples = new Map<string, Definition>();
beforeAll(async () => {
  rules = await shippedRules();
  const templates = await compileTemplates(TEMPLATES);
  const files = FILES.map((name) => path.join(FOLDER, name));
  const known: Known = {
    ...knownFrom(rules),
    webhooks: ['company-data'], // the shipped rules name no system of anyone's
    sequences: await sequencesIn(files, knownFrom(rules)),
    checkTemplate: (name, mail) => templates.check(name, mail),
  };
  for (const file of files) {
    const read = await readSequenceFile(file, known);
    expect(read).toMatchObject({ type: 'valid', warnings: [] });
    if (read.type === 'valid') examples.set(path.basename(file, '.yaml'), read.definition);
  }
}, 60_000);

function definitionOf(name: string): Definition {
  const definition = examples.get(name);
  if (!definition) throw new Error(`no example ${name}`);
  return definition;
}
const told = (name: string, script: Omit<Play, 'definition' | 'rules'> = {}) =>
  play({ definition: definitionOf(name), rules, ...script });
const who = (attributes: ContactFacts['attributes'], id = CONTACT_ID): Partial<Facts> => ({
  contact: { ...someFacts().contact, id, attributes },
});
const click = (at: string | number) => ({ at, type: 'mail.clicked' });
const lead = aLeadAt('nurturing');

test.each(FILES)('%s is called like its sequence, names the schema, and says above what it shows', (name) => {
  const text = readFileSync(path.join(FOLDER, name), 'utf8');
  expect(definitionOf(path.basename(name, '.yaml')).sequence).toBe(path.basename(name, '.yaml'));
  expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schemas\/sequence\.schema\.json\n#\n# \S.{60,}/);
});

test('the index lists each example once, and no other', () => {
  const index = readFileSync(path.join(FOLDER, 'README.md'), 'utf8');
  const listed = [...index.matchAll(/^\| \[(\S+)\]\((\S+)\)/gm)].map(([, label, file]) => [label, file]);
  expect(listed.map(([label]) => label).toSorted()).toEqual(FILES.toSorted());
  for (const [label, file] of listed) expect(file).toBe(label);
});

test('every step type is in one of them', () => {
  const types = [...examples.values()].flatMap(({ steps }) => steps.map(({ type }) => type));
  expect(new Set(types)).toEqual(new Set(STEP_TYPES));
});

const PROGRAMME = 'Mon 5 Jan 09:00  mail programme: course-programme';

describe('first-sign', () => {
  test('a wish to be called goes to sales, and to the story when sales gives the lead back', () => {
    const events = [{ at: DAY, type: 'call.requested' }];
    expect(told('first-sign', { events, answers: [{ handoff: 'recycled' }] })).toEqual([
      PROGRAMME,
      'Tue 6 Jan 09:00  sign: call',
      'Tue 6 Jan 09:00  handoff sales',
      'Tue 6 Jan 10:00  sales: recycled',
      'Tue 6 Jan 10:00  mail story: course-story',
      'Tue 6 Jan 10:00  ends: completed',
    ]);
  });

  test('a click gets the lesson, silence the story', () => {
    expect(told('first-sign', { events: [click(DAY)] })).toContain('Tue 6 Jan 09:00  mail lesson: course-lesson');
    expect(told('first-sign')).toContain('Fri 9 Jan 09:00  mail story: course-story');
  });

  test('a purchase reaches the goal and an unsubscription is an exit, inside the wait', () => {
    expect(told('first-sign', { events: [{ at: DAY, type: 'purchase' }] })).toEqual([
      PROGRAMME,
      'Tue 6 Jan 09:00  goal: enrolled',
      'Tue 6 Jan 09:00  stage won',
      'Tue 6 Jan 09:00  ends: goal',
    ]);
    expect(told('first-sign', { events: [{ at: DAY, type: 'mail.unsubscribed' }] }).at(-1)).toBe(
      'Tue 6 Jan 09:00  ends: unsubscribed',
    );
  });
});

test.each<[string, Partial<Facts>, string, string]>([
  [
    'a hot lead',
    { lead: { ...lead, temperature: 'hot' }, ...who({ companySize: 30 }) },
    'hot',
    'mail hot: course-enrolment',
  ],
  ['a good fit', { lead: { ...lead, grade: 'A' }, ...who({ companySize: 30 }) }, 'good-fit', 'mail team: course-team'],
  ['whoever clicked', {}, 'clicked', 'mail lesson: course-lesson'],
])('many-way-checkpoint: %s goes the first way that holds', (_name, facts, way, mail) => {
  expect(told('many-way-checkpoint', { facts, events: [click(DAY)] })).toEqual([
    PROGRAMME,
    `Thu 8 Jan 09:00  which: ${way}`,
    `Thu 8 Jan 09:00  ${mail}`,
    'Thu 8 Jan 09:00  ends: completed',
  ]);
});

test('many-way-checkpoint: everyone else is marked', () => {
  expect(told('many-way-checkpoint')).toContain('Thu 8 Jan 09:00  sets courseInterest = quiet');
});

describe('segments-and-windows', () => {
  const trees = { type: 'order.placed', properties: { amount: 60, items: ['tree'] } };
  const seen = (at: number) => ({ at, type: 'page.seen' });
  const organisation = { id: 'o', name: null, domain: 'horta.example', sector: null, size: 10, country: null };
  const way = (script: Omit<Play, 'definition' | 'rules'>) => told('segments-and-windows', { entry: trees, ...script });

  test.each<readonly [string, Omit<Play, 'definition' | 'rules'>]>([
    ['birthday', { facts: who({ born: '1990-01-15' }) }],
    ['plants-trees', { facts: { organisation }, events: [{ at: DAY, ...trees }] }],
    ['engaged', { events: [click(DAY), click(2 * DAY)] }],
    ['engaged', { events: [seen(DAY), seen(2 * DAY)] }],
    ['else', { events: [click(DAY), seen(DAY), { at: DAY, ...trees }] }],
  ])('goes the way "%s"', (name, script) => {
    expect(way(script)).toContain(`Mon 12 Jan 09:00  which: ${name}`);
  });

  test('a large order is the goal, a small one is not', () => {
    const order = (amount: number) => [{ at: DAY, type: 'order.placed', properties: { amount } }];
    expect(way({ events: order(501) }).at(-1)).toContain('goal');
    expect(way({ events: order(500) }).at(-1)).toContain('completed');
  });

  test('who has the tag leaves', () => {
    const contact = { ...someFacts().contact, tags: ['no-mail'] };
    expect(way({ facts: { contact } }).at(-1)).toContain('no-mail-please');
  });
});

describe('ab-test', () => {
  test('one of the two mails goes out, by chance', () => {
    const [, variant, mail] = told('ab-test');
    expect([variant, mail]).toContainEqual(expect.stringMatching(/^Wed 7 Jan 09:00 {2}second: (lesson|numbers)$/));
    expect(mail).toMatch(/^Wed 7 Jan 09:00 {2}mail second: course-(lesson|numbers)$/);
  });

  test.each(['lesson', 'numbers'])('once %s has won, everyone gets it', (second) => {
    expect(told('ab-test', { facts: { winners: { second } } })).toEqual([
      PROGRAMME,
      `Wed 7 Jan 09:00  second: ${second}`,
      `Wed 7 Jan 09:00  mail second: course-${second}`,
      'Wed 7 Jan 09:00  ends: completed',
    ]);
  });
});

describe('split-holdout', () => {
  const walked = (id: string, events: Play['events'] = []) => told('split-holdout', { facts: who({}, id), events });
  const ids = Array.from({ length: 400 }, (_, index) => `contact-${index}`);
  const isHeldOut = (lines: readonly string[]) => lines.length === 1;

  test('one in ten gets nothing for thirty days', () => {
    const heldOut = ids.filter((id) => isHeldOut(walked(id)));
    expect(heldOut.length).toBeGreaterThan(20); // 40, give or take three standard deviations
    expect(heldOut.length).toBeLessThan(60);
    for (const id of heldOut) expect(walked(id)).toEqual(['Wed 4 Feb 09:00  ends: holdout']);
  });

  test('the others get one of two mails, each the same one every time', () => {
    const others = ids.map((id) => walked(id)).filter((lines) => !isHeldOut(lines));
    const stories = others.filter((lines) => lines[1] === 'Mon 5 Jan 09:00  mail story: course-story').length;
    expect(stories / others.length).toBeGreaterThan(0.42);
    expect(stories / others.length).toBeLessThan(0.58);
    expect(ids.map((id) => walked(id))).toEqual(ids.map((id) => walked(id)));
  });

  test('the goal counts for whoever is held out', () => {
    const id = ids.find((one) => isHeldOut(walked(one))) ?? '';
    expect(walked(id, [{ at: 3 * DAY, type: 'purchase' }]).at(-1)).toBe('Thu 8 Jan 09:00  ends: goal');
  });
});

describe('webinar-reminder', () => {
  const booked = (properties: { readonly startsAt?: string }, events: Play['events'] = []) =>
    told('webinar-reminder', { entry: { type: 'webinar.booked', properties }, events });

  test('reminds on the day before, an hour before, and thanks when the office is open', () => {
    expect(booked({ startsAt: '2026-01-16T18:00:00-03:00' })).toEqual([
      'Thu 15 Jan 09:00  mail tomorrow: course-programme',
      'Fri 16 Jan 17:00  mail soon: course-lesson',
      'Mon 19 Jan 09:00  mail thanks: course-enrolment', // Saturday is closed
      'Mon 19 Jan 09:00  ends: reminded',
    ]);
  });

  test('who books late skips what is past', () => {
    expect(booked({ startsAt: '2026-01-05T09:30:00-03:00' })).toEqual([
      'Mon 5 Jan 09:00  day-before: missed',
      'Mon 5 Jan 09:00  hour-before: missed',
      'Tue 6 Jan 09:30  mail thanks: course-enrolment',
      'Tue 6 Jan 09:30  ends: reminded',
    ]);
  });

  test('without a date nobody is reminded, and who cancels no more', () => {
    expect(booked({})).toEqual(['Mon 5 Jan 09:00  day-before: missing', 'Mon 5 Jan 09:00  ends: no-date']);
    const cancelled = [{ at: 2 * DAY, type: 'webinar.cancelled' }];
    expect(booked({ startsAt: '2026-01-22T18:00:00-03:00' }, cancelled)).toEqual([
      'Wed 7 Jan 09:00  exit: cancelled',
      'Wed 7 Jan 09:00  ends: cancelled',
    ]);
  });
});

describe('reactivation-dates', () => {
  const lastPurchaseAt = Date.parse('2025-03-10T15:00Z');
  const client = { status: 'pre_inactive', firstPurchaseAt: 0, lastPurchaseAt, purchases: 2, revenue: 90 } as const;
  const greeting = 'Tue 10 Mar 09:00  mail greeting: client-greeting';

  test('a greeting a year after the last purchase, a question thirty days before the contract ends', () => {
    expect(told('reactivation-dates', { facts: { client, ...who({ contractEnd: '2026-06-30' }) } })).toEqual([
      greeting,
      'Sun 31 May 09:00  mail question: client-question',
      'Sun 31 May 09:00  ends: completed',
    ]);
  });

  test.each([
    ['missing', {}],
    ['missed', { contractEnd: '2026-03-30' }],
  ])('with an end that is %s there is no question', (outcome, attributes) => {
    expect(told('reactivation-dates', { facts: { client, ...who(attributes) } })).toEqual([
      greeting,
      `Tue 10 Mar 09:00  month-before-end: ${outcome}`,
      'Tue 10 Mar 09:00  ends: completed',
    ]);
  });
});

describe('business-hours', () => {
  test('the mail goes out at ten on an open day, and sales is asked while somebody is there', () => {
    const events = [click('2026-01-06T17:30-03:00')];
    expect(told('business-hours', { events, answers: [{ handoff: 'accepted' }] })).toEqual([
      'Mon 5 Jan 10:00  mail programme: course-programme',
      'Tue 6 Jan 17:30  click: event',
      'Wed 7 Jan 09:00  handoff sales',
      'Wed 7 Jan 10:00  sales: accepted',
      'Wed 7 Jan 10:00  ends: completed',
    ]);
  });

  test('before Christmas it waits for the first open day of the new year', () => {
    expect(told('business-hours', { startsAt: Date.parse('2026-12-23T17:00-03:00') })[0]).toBe(
      'Mon 4 Jan 10:00  mail programme: course-programme',
    );
  });
});

describe('abandoned-order', () => {
  const order = (at: number, type: string, orderId: string) => ({ at, type, properties: { orderId } });
  const left = (...events: NonNullable<Play['events']>) =>
    told('abandoned-order', { entry: { type: 'cart.left', properties: { orderId: 'A-7' } }, events });
  const reminded = ['Mon 5 Jan 13:00  paid: timeout', 'Mon 5 Jan 13:00  mail remind: course-enrolment'];

  test('a payment of the order ends it without a mail', () => {
    expect(left(order(2 * HOUR, 'order.paid', 'A-7'))).toEqual([
      'Mon 5 Jan 11:00  paid: paid',
      'Mon 5 Jan 11:00  tag buyer',
      'Mon 5 Jan 11:00  ends: bought',
    ]);
  });

  test('a payment of another order does not', () => {
    expect(left(order(HOUR, 'order.paid', 'B-1'))).toEqual([
      ...reminded,
      'Thu 8 Jan 13:00  paid-then: timeout',
      'Thu 8 Jan 13:00  ends: not-bought',
    ]);
  });

  test('one after the reminder counts, and an emptied cart gets none', () => {
    expect(left(order(DAY, 'order.paid', 'A-7'))).toEqual([
      ...reminded,
      'Tue 6 Jan 09:00  paid-then: order.paid',
      'Tue 6 Jan 09:00  tag buyer',
      'Tue 6 Jan 09:00  ends: bought',
    ]);
    expect(left(order(HOUR, 'cart.emptied', 'A-7'))).toEqual([
      'Mon 5 Jan 10:00  paid: emptied',
      'Mon 5 Jan 10:00  ends: not-bought',
    ]);
  });
});

describe('loop-with-limit', () => {
  const mails = (events: Play['events'] = []) =>
    told('loop-with-limit', { events }).filter((line) => line.includes('mail'));

  test('four tips, a week apart, and no fifth', () => {
    const days = ['Mon 5 Jan', 'Mon 12 Jan', 'Mon 19 Jan', 'Mon 26 Jan'];
    expect(mails()).toEqual(days.map((day) => `${day} 09:00  mail tip: course-lesson`));
    expect(told('loop-with-limit').slice(-2)).toEqual([
      'Mon 2 Feb 09:00  again: goes on',
      'Mon 2 Feb 09:00  ends: quiet',
    ]);
  });

  test('a click ends it', () => {
    expect(mails([click(8 * DAY)])).toHaveLength(2);
    expect(told('loop-with-limit', { events: [click(8 * DAY)] }).at(-1)).toBe('Tue 13 Jan 09:00  ends: clicked');
  });
});

describe('scoring-and-tags', () => {
  const joined = [{ at: 3 * DAY, type: 'webinar.joined' }];
  const came = [
    'Thu 8 Jan 09:00  score 30: came to the webinar',
    'Thu 8 Jan 09:00  tag webinar-2026, no tag cold-call',
  ];

  test('the points make an MQL of a lead that fits, at once', () => {
    expect(told('scoring-and-tags', { events: joined })).toEqual([
      'Thu 8 Jan 09:00  came: event',
      'Thu 8 Jan 09:00  ready: yes',
      ...came,
      'Thu 8 Jan 09:00  mail talk: course-enrolment',
      'Thu 8 Jan 09:00  ends: completed',
    ]);
  });

  test('a lead that does not fit gains them too, and is none', () => {
    const facts = { lead: { ...lead, grade: 'D', score: 0 } } as const;
    const lines = told('scoring-and-tags', { events: joined, facts });
    expect(lines).toEqual(expect.arrayContaining([...came, 'Thu 8 Jan 09:00  mail lesson: course-lesson']));
  });

  test('who stays away loses some', () => {
    expect(told('scoring-and-tags')).toContain('Mon 19 Jan 09:00  score -5: booked the webinar and stayed away');
  });
});

describe('call-task', () => {
  const first = 'Mon 5 Jan 09:00  call: Call back about the course';

  test.each([
    ['reached', 'reached'],
    ['wrong-number', 'closed'],
  ])('a call that is %s ends with %s', (task, outcome) => {
    expect(told('call-task', { answers: [{ task }] })).toEqual([
      first,
      `Mon 5 Jan 10:00  call: ${task}`,
      `Mon 5 Jan 10:00  ends: ${outcome}`,
    ]);
  });

  test('after no answer they try once more on the next working day, and then a mail says so', () => {
    const answers = [{ task: 'no-answer', after: 8 * HOUR }, { task: 'no-answer' }];
    expect(told('call-task', { answers })).toEqual([
      first,
      'Mon 5 Jan 17:00  call: no-answer',
      'Tue 6 Jan 10:00  again: goes',
      'Tue 6 Jan 10:00  call: Call back about the course',
      'Tue 6 Jan 11:00  call: no-answer',
      'Wed 7 Jan 10:00  again: goes on',
      'Wed 7 Jan 10:00  mail sorry: course-sorry',
      'Wed 7 Jan 10:00  ends: not-reached',
    ]);
  });

  test('when nobody calls in time the mail says so, too', () => {
    expect(told('call-task')).toEqual([
      first,
      'Tue 6 Jan 09:00  call: overdue',
      'Tue 6 Jan 09:00  mail sorry: course-sorry',
      'Tue 6 Jan 09:00  ends: not-reached',
    ]);
  });
});

describe('handoff-with-recycle', () => {
  const walked = (script: Omit<Play, 'definition' | 'rules'>) => told('handoff-with-recycle', script);

  test.each([
    ['accepted', 'Mon 19 Jan 10:00  ends: handed-over'],
    ['rejected', 'Mon 5 Jan 10:00  ends: rejected'],
    ['expired', 'Mon 5 Jan 10:00  ends: unanswered'],
  ] as const)('%s has a way of its own', (handoff, end) => {
    expect(walked({ answers: [{ handoff }] }).at(-1)).toBe(end);
  });

  test('a lead that is given back rests for a month, goes to sales once more, and is then let go', () => {
    const answers = [{ handoff: 'recycled' }, { handoff: 'recycled' }] as const;
    expect(walked({ answers, events: [click(32 * DAY)] })).toEqual([
      'Mon 5 Jan 09:00  handoff sales',
      'Mon 5 Jan 10:00  sales: recycled',
      'Mon 5 Jan 10:00  once-only: no',
      'Wed 4 Feb 10:00  mail next-class: course-next-class',
      'Fri 6 Feb 09:00  click: event',
      'Fri 6 Feb 09:00  handoff sales',
      'Fri 6 Feb 10:00  sales: recycled',
      'Fri 6 Feb 10:00  once-only: yes',
      'Fri 6 Feb 10:00  ends: given-back',
    ]);
  });

  test('a purchase wins the lead while sales has it', () => {
    const answers = [{ handoff: 'accepted', after: 3 * HOUR }] as const;
    expect(walked({ answers, events: [{ at: HOUR, type: 'purchase' }] }).slice(-3)).toEqual([
      'Mon 5 Jan 10:00  goal: enrolled',
      'Mon 5 Jan 10:00  stage won',
      'Mon 5 Jan 10:00  ends: goal',
    ]);
  });
});

describe('enrich-by-webhook', () => {
  test('the answer decides at once who gets which mail', () => {
    expect(told('enrich-by-webhook', { answers: [{ webhook: { companySize: 40, sector: 'flowers' } }] })).toEqual([
      'Mon 5 Jan 09:00  webhook enrich',
      'Mon 5 Jan 10:00  enrich: delivered',
      'Mon 5 Jan 10:00  large: yes',
      'Mon 5 Jan 10:00  sets companySize = 40, sector = flowers',
      'Mon 5 Jan 10:00  mail team: course-team',
      'Mon 5 Jan 10:00  ends: completed',
    ]);
  });

  test('no answer is no hindrance', () => {
    expect(told('enrich-by-webhook', { answers: [{ webhook: 'failed' }] }).slice(1)).toEqual([
      'Mon 5 Jan 10:00  enrich: failed',
      'Mon 5 Jan 10:00  mail one-grower: course-story',
      'Mon 5 Jan 10:00  ends: completed',
    ]);
  });
});

test.each<[string, Play['answers'], readonly string[]]>([
  [
    'reached',
    [{ join: 'reached', after: 2 * DAY }],
    ['Thu 8 Jan 09:00  call: reached', 'Thu 8 Jan 09:00  ends: talked'],
  ],
  [
    'not-reached',
    [{ join: 'not-reached', after: 2 * DAY }],
    [
      'Thu 8 Jan 09:00  call: not-reached',
      'Thu 8 Jan 09:00  mail numbers: course-numbers',
      'Thu 8 Jan 09:00  ends: quiet',
    ],
  ],
  ['refused', [{ join: 'refused', after: 0 }], ['Tue 6 Jan 09:00  call: refused', 'Tue 6 Jan 09:00  ends: quiet']],
  ['not over in time', [], ['Tue 13 Jan 09:00  call: timeout', 'Tue 13 Jan 09:00  ends: quiet']],
])('join-and-wait: it goes on when the call is %s', (_name, answers, end) => {
  expect(told('join-and-wait', { events: [click(DAY)], answers })).toEqual([
    'Mon 5 Jan 09:00  mail lesson: course-lesson',
    'Tue 6 Jan 09:00  click: event',
    'Tue 6 Jan 09:00  enters call-task',
    ...end,
  ]);
});
