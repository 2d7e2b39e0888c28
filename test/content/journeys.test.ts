import fc from 'fast-check';
import type { ContactFacts, LeadFacts } from '../../src/domain/facts';
import { isQuiet } from '../../src/domain/gate/quiet-hours';
import { type Script, scriptSchema } from '../../src/domain/rehearsal/script';
import type { ScriptedEvent } from '../../src/domain/rehearsal/scripted-event';
import type { Rules } from '../../src/domain/rules';
import { fitOf } from '../../src/domain/scoring/fit';
import type { Definition } from '../../src/domain/sequence/definition';
import { sampleClients } from '../../src/sample/clients';
import { sampleLeads } from '../../src/sample/leads';
import { CONTACT_ID, DAY, HOUR, MONDAY, someFacts } from '../support/builders';
import { type Play, play } from './play';
import { shippedRules, shippedSequence } from './shipped';
import { type Walked, walk } from './walk';

let rules: Rules;
let nurture: Definition;
let reactivation: Definition;
let ebook: Definition;
let webinar: Definition;
beforeAll(async () => {
  rules = await shippedRules();
  nurture = await shippedSequence('course-nurture');
  reactivation = await shippedSequence('client-reactivation');
  ebook = await shippedSequence('ebook-follow-up');
  webinar = await shippedSequence('webinar-registration');
});

const aContact = (parts: Partial<ContactFacts> = {}): ContactFacts => ({ ...someFacts().contact, ...parts });
const aLead: LeadFacts = {
  id: CONTACT_ID,
  offer: 'course',
  source: 'form',
  campaign: null,
  stage: 'nurturing',
  temperature: 'cold',
  grade: 'D',
  score: 0,
  createdAt: MONDAY,
};

interface Going {
  readonly contact?: Partial<ContactFacts>;
  readonly script?: Script | null;
  readonly startsAt?: number;
  readonly hasConsent?: boolean;
  readonly planned?: readonly ScriptedEvent[];
}
const everyone = (persona: string, seed = 1) => scriptSchema.parse({ seed, everyone: { persona } });
const nurtured = ({
  contact,
  script = scriptSchema.parse({}),
  startsAt = MONDAY,
  hasConsent = true,
  planned,
}: Going): Walked =>
  walk({ definition: nurture, rules, script, contact: aContact(contact), lead: aLead, hasConsent, startsAt, planned });
const reactivated = ({ contact, script = scriptSchema.parse({}), startsAt = MONDAY }: Going): Walked =>
  walk({ definition: reactivation, rules, script, contact: aContact(contact), lead: null, hasConsent: true, startsAt });

const zones = ['America/Sao_Paulo', 'America/Manaus', 'America/Los_Angeles', 'Europe/London', 'Europe/Warsaw', 'UTC'];
const going = fc.record({
  startsAt: fc.integer({ min: MONDAY, max: MONDAY + 400 * DAY }),
  timeZone: fc.constantFrom(...zones),
  role: fc.constantFrom('director', 'manager', 'specialist', 'student'),
  companySize: fc.integer({ min: 1, max: 400 }),
  persona: fc.constantFrom('engaged', 'passive', 'unsubscribes', 'asks_for_call', 'returns'),
  seed: fc.nat({ max: 10_000 }),
});
const templatesOf = ({ sent }: Walked) => sent.map(({ template }) => template);

test('a lead who says nothing gets six mails and finishes after three weeks, whenever and wherever it began', () => {
  fc.assert(
    fc.property(going, ({ startsAt, timeZone, role, companySize }) => {
      const contact = { timeZone, attributes: { role, companySize } };
      const walked = nurtured({ startsAt, contact, script: null });
      const isForTeams = ['director', 'manager'].includes(role) || companySize >= 20;
      expect(templatesOf(walked)).toEqual([
        'course-programme',
        'course-lesson',
        'course-numbers',
        isForTeams ? 'course-team' : 'course-story',
        'course-enrolment',
        'course-goodbye',
      ]);
      expect(walked.outcome).toBe('nurtured');
      const days = (walked.endedAt - startsAt) / DAY;
      expect(days).toBeGreaterThanOrEqual(21);
      expect(days).toBeLessThan(35);
    }),
    { numRuns: 150 },
  );
});

test('no one gets a mail twice, at night, or more than the caps allow, and everyone finishes', () => {
  fc.assert(
    fc.property(going, ({ startsAt, timeZone, role, companySize, persona, seed }) => {
      const contact = { timeZone, attributes: { role, companySize } };
      const walked = nurtured({ startsAt, contact, script: everyone(persona, seed) });
      const { sent } = walked;
      expect(new Set(templatesOf(walked)).size).toBe(sent.length);
      for (const { at } of sent) {
        expect(isQuiet(at, { from: '21:00', to: '08:00' }, timeZone)).toBe(false);
        expect(sent.filter((other) => other.at <= at && other.at > at - 2 * DAY).length).toBeLessThanOrEqual(2);
        expect(sent.filter((other) => other.at <= at && other.at > at - 7 * DAY).length).toBeLessThanOrEqual(4);
      }
      expect(walked.endedAt - startsAt).toBeLessThan(75 * DAY);
    }),
    { numRuns: 300 },
  );
});

test('a lead without consent gets no mail and finishes all the same', () => {
  const walked = nurtured({ hasConsent: false });
  expect(walked.sent).toEqual([]);
  expect(walked.outcome).toBe('nurtured');
});

test('a good fit is with sales after two or three clicks', () => {
  const contact = { attributes: { role: 'manager', companySize: 30, country: 'BR' } };
  const clicks = Array.from({ length: 60 }, (_, seed) => nurtured({ contact, script: everyone('engaged', seed) }))
    .filter(({ answers }) => answers.length > 0)
    .map(({ events }) =>
      events.slice(
        0,
        events.findIndex(({ type }) => type === 'handoff.offered'),
      ),
    )
    .map((before) => before.filter(({ type }) => type === 'mail.clicked').length);
  expect(clicks.length).toBeGreaterThan(45);
  expect(clicks.filter((count) => count >= 1 && count <= 3).length / clicks.length).toBeGreaterThan(0.95);
});

test('whoever asks for a call, at any moment, is with sales within hours, on a weekday morning at the latest', () => {
  fc.assert(
    fc.property(going, fc.nat({ max: 999 }), ({ startsAt, timeZone, role }, part) => {
      const contact = { timeZone, attributes: { role } };
      const silent = nurtured({ startsAt, contact, script: null });
      const askedAt = Math.round(startsAt + (part / 1000) * (silent.endedAt - startsAt));
      const planned = [{ type: 'call.requested', dueAt: askedAt, properties: {} }];
      const { events } = nurtured({ startsAt, contact, script: null, planned });
      const offeredAt = events.find(({ type }) => type === 'handoff.offered')?.at ?? Number.NaN;
      expect(offeredAt - askedAt).toBeLessThan(5 * DAY);
      const isWaitingForMorning = silent.sent.some(
        ({ at, stepId }) => askedAt < at && ['lesson', 'enrolment'].includes(stepId),
      );
      if (!isWaitingForMorning) expect(offeredAt - askedAt).toBeLessThan(HOUR);
    }),
    { numRuns: 300 },
  );
});

test('a lead that sales gives back hears of the next class a week later, and goes to sales twice at most', () => {
  const walks = Array.from({ length: 300 }, (_, seed) => nurtured({ script: everyone('asks_for_call', seed) }));
  const recycled = walks.filter(({ answers }) => answers[0] === 'recycled');
  expect(recycled.length).toBeGreaterThan(20);
  for (const walked of recycled)
    if (walked.outcome === 'given-back') expect(templatesOf(walked)).toContain('course-next-class');
  for (const { answers } of walks) expect(answers.length).toBeLessThanOrEqual(2);
});

test('a lead that nobody answered gets an apology', () => {
  const script = scriptSchema.parse({ everyone: { persona: 'asks_for_call' }, reps: 'silent' });
  const walked = nurtured({ script });
  expect(walked.answers[0]).toBe('expired');
  expect(templatesOf(walked)).toContain('course-sorry');
  expect(walked.outcome).toBe('unanswered');
});

const share = <T>(all: readonly T[], test: (one: T) => boolean): number => all.filter(test).length / all.length;
const did = (walked: Walked, type: string) => walked.events.some((event) => event.type === type);

test.each([1, 2, 3, 4, 5])('a demo of 200 leads with seed %d is lively and believable', (seed) => {
  const script = scriptSchema.parse({ seed });
  const walks = sampleLeads({ count: 200, seed, now: MONDAY }).map(({ contact, consent }) =>
    nurtured({
      script,
      hasConsent: consent !== undefined,
      contact: {
        email: contact.email,
        locale: contact.locale ?? 'en',
        timeZone: contact.timeZone ?? 'UTC',
        attributes: contact.attributes ?? {},
      },
    }),
  );
  const within = (value: number, least: number, most: number) => {
    expect(value).toBeGreaterThanOrEqual(least);
    expect(value).toBeLessThanOrEqual(most);
  };
  within(
    share(walks, (one) => did(one, 'mail.clicked')),
    0.33,
    0.55,
  );
  within(
    share(walks, (one) => one.answers.length > 0),
    0.15,
    0.33,
  );
  within(
    share(walks, (one) => did(one, 'call.requested')),
    0.05,
    0.2,
  );
  within(
    share(walks, (one) => one.outcome === 'bounced'),
    0.01,
    0.08,
  );
  within(
    share(walks, (one) => one.outcome === 'unsubscribed'),
    0.01,
    0.11,
  );
  const answers = walks.flatMap((one) => one.answers);
  within(
    share(answers, (one) => one === 'accepted'),
    0.45,
    0.85,
  );
  for (const status of ['recycled', 'rejected', 'expired'] as const)
    within(
      share(answers, (one) => one === status),
      0.01,
      0.35,
    );
  within(
    walks.reduce((sum, { escalations }) => sum + escalations, 0),
    3,
    30,
  );
  expect(Math.max(...walks.map(({ endedAt }) => endedAt - MONDAY))).toBeGreaterThan(21 * DAY);
});

test.each([1, 2, 3])('of 40 quiet clients with seed %d about a third come back', (seed) => {
  const script = scriptSchema.parse({ seed });
  const walks = sampleClients({ count: 40, seed, now: MONDAY }).map(({ contact }) =>
    reactivated({ script, contact: { email: contact.email, timeZone: contact.timeZone ?? 'UTC' } }),
  );
  const backShare = share(walks, ({ outcome }) => outcome === 'goal');
  expect(backShare).toBeGreaterThan(0.2);
  expect(backShare).toBeLessThan(0.5);
  for (const { sent } of walks) expect(sent.length).toBeLessThanOrEqual(3);
});

test('a purchase ends a reactivation at once', () => {
  const walked = reactivated({ script: everyone('returns') });
  expect(walked.outcome).toBe('goal');
  expect(walked.endedAt).toBe(walked.events.find(({ type }) => type === 'purchase')?.at);
});

test('a quiet client gets three mails within about two weeks', () => {
  fc.assert(
    fc.property(going, ({ startsAt, timeZone }) => {
      const { sent, endedAt, outcome } = reactivated({ startsAt, script: null, contact: { timeZone } });
      expect(sent.map(({ stepId }) => stepId)).toEqual(['greeting', 'novelties', 'question']);
      expect((sent.at(-1)?.at ?? 0) - (sent[0]?.at ?? 0)).toBeLessThan(12 * DAY);
      expect(endedAt - startsAt).toBeLessThan(19 * DAY);
      expect(outcome).toBe('still-quiet');
    }),
    { numRuns: 50 },
  );
});

const gradeOf = (attributes: ContactFacts['attributes']) =>
  fitOf(rules.scoring, someFacts([], { contact: aContact({ attributes }), lead: aLead }), MONDAY).grade;

test('both kinds of leads get every grade', () => {
  const grades = sampleLeads({ count: 500, seed: 1, now: MONDAY }).map(({ contact }) =>
    gradeOf(contact.attributes ?? {}),
  );
  for (const grade of ['A', 'B', 'C', 'D']) expect(share(grades, (one) => one === grade)).toBeGreaterThan(0.1);
  const bank = (
    job: string,
    education: string,
    age: number,
    rest: { loan: string | boolean; housing: string | boolean },
  ) => gradeOf({ job, education, age, ...rest });
  const free = { loan: 'no', housing: 'no' };
  const bound = { loan: 'yes', housing: 'yes' };
  expect(bank('management', 'tertiary', 44, free)).toBe('A');
  expect(bank('management', 'tertiary', 44, bound)).toBe('A');
  expect(bank('blue-collar', 'secondary', 40, { loan: false, housing: false })).toBe('B');
  expect(bank('technician', 'tertiary', 60, free)).toBe('B');
  expect(bank('technician', 'secondary', 33, bound)).toBe('C');
  expect(bank('blue-collar', 'secondary', 40, free)).toBe('B');
  expect(bank('blue-collar', 'primary', 30, bound)).toBe('D');
  expect(bank('student', 'unknown', 21, bound)).toBe('D');
  expect(gradeOf({})).toBe('D');
});

const told = (definition: Definition, script: Omit<Play, 'definition' | 'rules'>) =>
  play({ definition, rules, ...script });

test('ebook-follow-up: the link at once, and once more for whoever has not downloaded it', () => {
  const asked = (events: Play['events'] = []) => told(ebook, { entry: { type: 'ebook.requested' }, events });
  expect(asked()).toEqual([
    'Mon 5 Jan 09:00  mail link: ebook-delivery',
    'Wed 7 Jan 09:00  read: timeout',
    'Wed 7 Jan 09:00  by-the-page: no',
    'Wed 7 Jan 09:00  mail once-more: ebook-delivery',
    'Wed 7 Jan 09:00  ends: not-downloaded',
  ]);
  expect(asked([{ at: DAY, type: 'ebook.downloaded' }]).at(-1)).toBe('Tue 6 Jan 09:00  ends: downloaded');
});

test('webinar-registration: the place at once, and on the day before, unless that is past', () => {
  const registered = (startsAt: string) =>
    told(webinar, { entry: { type: 'webinar.registered', properties: { startsAt } } });
  expect(registered('2026-01-16T21:00:00.000Z')).toEqual([
    'Mon 5 Jan 09:00  mail registered: webinar-confirmed',
    'Thu 15 Jan 18:00  mail tomorrow: webinar-reminder',
    'Thu 15 Jan 18:00  ends: reminded',
  ]);
  expect(registered('2026-01-05T21:00:00.000Z').at(-1)).toBe('Mon 5 Jan 09:00  ends: registered-late');
});
