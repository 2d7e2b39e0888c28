import fc from 'fast-check';
import { attributesFrom } from '../../../src/domain/webhook/answer';
import { messageBody } from '../../../src/domain/webhook/message';
import { webhooksSchema } from '../../../src/domain/webhook/rules';
import { type Reply, type TriedMessage, webhookOutcome } from '../../../src/domain/webhook/settle';
import { aLeadAt, CONTACT_ID, DAY, HOUR, JOURNEY_ID, MONDAY, someFacts } from '../../support/builders';

const MINUTE = HOUR / 60;
const tried = (parts: Partial<TriedMessage> = {}): TriedMessage => ({
  key: 'message',
  attempts: 0,
  plannedAt: MONDAY,
  now: MONDAY,
  limits: { tries: 10, retryFor: 7 * DAY },
  set: {},
  ...parts,
});
const answered = (status: number, parts: object = {}): Reply => ({ type: 'answered', status, body: '{}', ...parts });

describe('an answer', () => {
  it.each([200, 201, 204, 299])('%d is success', (status) => {
    expect(webhookOutcome(answered(status), tried())).toEqual({
      effect: 'webhook',
      status: 'delivered',
      set: {},
      reason: `answered ${status}`,
    });
  });
  it.each([400, 401, 404, 410, 422])('%d is final', (status) => {
    expect(webhookOutcome(answered(status), tried())).toMatchObject({ status: 'failed', reason: `answered ${status}` });
  });
  it.each([301, 302, 307])('%d is final: redirects are not followed', (status) => {
    expect(webhookOutcome(answered(status), tried())).toMatchObject({
      status: 'failed',
      reason: expect.stringContaining('change the url'),
    });
  });
  it.each([408, 425, 429, 500, 502, 503])('%d is tried again', (status) => {
    expect(webhookOutcome(answered(status), tried())).toMatchObject({
      status: 'deferred',
      reason: `answered ${status}`,
    });
  });
  it('is tried again no sooner than it asks for, within a day', () => {
    const until = (retryAfterMs: number) => webhookOutcome(answered(429, { retryAfterMs }), tried());
    expect(until(HOUR)).toMatchObject({ until: MONDAY + HOUR });
    expect(until(90 * DAY)).toMatchObject({ until: MONDAY + DAY });
  });
});

test('an address that must not be called is final', () => {
  expect(webhookOutcome({ type: 'forbidden', problem: 'x is at ::1' }, tried())).toMatchObject({
    status: 'failed',
    reason: 'x is at ::1',
  });
});

test('tries come ever later, spread by a fifth at most, until the tries or the time are used up', () => {
  const delays = [5_000, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 5 * HOUR, 10 * HOUR, 14 * HOUR, 20 * HOUR, DAY, DAY];
  const down: Reply = { type: 'unreachable', problem: 'x cannot be reached' };
  for (const [attempts, delay] of delays.entries()) {
    const outcome = webhookOutcome(down, tried({ attempts, limits: { tries: 50, retryFor: 90 * DAY } }));
    if (outcome.status !== 'deferred') throw new Error(outcome.status);
    expect(outcome.until - MONDAY).toBeGreaterThanOrEqual(delay);
    expect(outcome.until - MONDAY).toBeLessThanOrEqual(delay * 1.2);
  }
  expect(webhookOutcome(down, tried({ attempts: 9 }))).toMatchObject({
    status: 'failed',
    reason: 'given up after 10 tries: x cannot be reached',
  });
  expect(webhookOutcome(down, tried({ attempts: 2, limits: { tries: 10, retryFor: 29 * MINUTE } }))).toMatchObject({
    status: 'failed',
    reason: 'given up after 3 tries: x cannot be reached',
  });
});

describe('attributes of an answer', () => {
  const from = (answer: unknown, place: string) => attributesFrom(JSON.stringify(answer), { it: place });
  it.each([
    ['a text', { company: { size: 'big' } }, 'company.size', 'big'],
    ['a number', [{ n: 1 }, { n: -2.5 }], '1.n', -2.5],
    ['true', { ok: true }, 'ok', true],
    ['nothing', { left: null }, 'left', null],
    ['a list of these', { tags: ['a', 1, false] }, 'tags', ['a', 1, false]],
  ])('take %s from its place', (_, answer, place, value) => {
    expect(from(answer, place)).toEqual({ set: { it: value }, missing: [] });
  });
  it.each([
    ['what is not there', { a: {} }, 'a.b'],
    ['an object', { a: {} }, 'a'],
    ['a list of objects', { a: [{}] }, 'a'],
    ['a long text', { a: 'x'.repeat(1001) }, 'a'],
    ['a long list', { a: Array.from({ length: 101 }, () => 1) }, 'a'],
    ['what PostgreSQL cannot hold', { a: 'x\0' }, 'a'],
    ['what every object has', {}, 'constructor.name'],
    ['what every list has', [], 'length'],
  ])('leave out %s', (_, answer, place) => {
    expect(from(answer, place)).toEqual({ set: {}, missing: ['it'] });
  });
  it('are none of what is no JSON, is too large a number, or goes very deep', () => {
    for (const body of ['', 'no JSON', '{"a":1e999}', `${'['.repeat(60_000)}`])
      expect(attributesFrom(body, { it: 'a' })).toEqual({ set: {}, missing: ['it'] });
  });
  it('are told in the reason when they are missing', () => {
    const set = { size: 'size', sector: 'sector' };
    expect(webhookOutcome(answered(200, { body: '{"size":4}' }), tried({ set }))).toMatchObject({
      set: { size: 4 },
      reason: 'answered 200; not in the answer, or not as an attribute can be: sector',
    });
    expect(webhookOutcome(answered(200, { body: null }), tried({ set }))).toMatchObject({
      reason: 'answered 200; not in the answer, which is too large to be read: size, sector',
    });
  });
  it('are attributes whatever the answer is', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom('a', '0', 'a.b', '__proto__', 'a.__proto__.b'), (body, place) => {
        const { set, missing } = attributesFrom(body, { it: place });
        expect(Object.keys(set).length + missing.length).toBe(1);
        expect(JSON.parse(JSON.stringify(set))).toEqual(set);
      }),
    );
  });
});

test('a message names ids, and of the facts those alone that are asked for', () => {
  const facts = someFacts([], { lead: aLeadAt('mql') });
  const send = ['contact.email', 'lead.score', 'lead.createdAt', 'contact.attributes.size'];
  const about = { contactId: CONTACT_ID, leadId: 'lead', journeyId: JOURNEY_ID, sequence: 'nurture', stepId: 'tell' };
  expect(JSON.parse(messageBody({ ...about, send, facts, plannedAt: MONDAY }))).toEqual({
    type: 'journey.step',
    timestamp: '2026-01-05T12:00:00.000Z',
    data: {
      contactId: CONTACT_ID,
      leadId: 'lead',
      journeyId: JOURNEY_ID,
      sequence: 'nurture',
      step: 'tell',
      facts: {
        'contact.email': 'ana@example.test',
        'lead.score': 20,
        'lead.createdAt': '2026-01-05T12:00:00.000Z',
        'contact.attributes.size': null,
      },
    },
  });
});

describe('an endpoint', () => {
  const crm = { url: 'https://crm.example.com/hooks', secretEnv: 'VIVEIRO_WEBHOOK_CRM_SECRET' };
  const problemsOf = (parts: object) =>
    webhooksSchema.safeParse({ endpoints: { crm: { ...crm, ...parts } } }).error?.issues.map(({ path }) => path.at(-1));
  it('needs little', () => {
    expect(webhooksSchema.parse({ endpoints: { crm } }).endpoints.crm).toEqual({
      ...crm,
      timeout: 10_000,
      tries: 10,
      retryFor: DAY,
      allowPrivate: false,
    });
  });
  it.each([
    ['url', 'ftp://crm.example.com/'],
    ['url', 'file:///etc/passwd'],
    ['url', 'https://user:password@crm.example.com/'],
    ['secretEnv', 'HOME'],
    ['secretEnv', 'VIVEIRO_LINK_SECRET'],
    ['timeout', '2m'],
    ['tries', 0],
  ])('is refused with %s: %s', (key, value) => expect(problemsOf({ [key]: value })).toEqual([key]));
});
