import type { JourneyAnswer } from '../../../src/api/contract/journeys';
import { newId } from '../../../src/domain/ids';
import { signLink } from '../../../src/mail/links';
import { waitUntil } from '../../../src/runtime/processes';
import { aCompany, COMPANY_ENVIRONMENT } from '../../support/company';
import { type Answer, startHttpServer, type TestServer } from '../../support/http-server';
import { LIVE_SECRET, live } from '../../support/live';
import { type BadRequest, type BadRequestCase, expectProblem, type Refusal, requests } from '../../support/refusals';
import { ENDS, emailAt, underWay } from '../../support/under-way';
import { EVENTS, JOURNEYS, LEADS, lead, PURCHASES } from './bodies';

jest.setTimeout(120_000); // on a machine that may be busy
let crm: TestServer;
beforeAll(async () => {
  crm = await startHttpServer();
});
afterAll(() => crm?.stop());
const system = live(
  () => aCompany(crm.url),
  () => COMPANY_ENVIRONMENT,
);
const going = underWay(system);
const ana = () => ({ email: emailAt('wait') });
const long = (length: number) => 'x'.repeat(length);
const FORM_TYPE = { 'content-type': 'application/x-www-form-urlencoded' };
const JSON_TYPE = { 'content-type': 'application/json' };
const PATIENCE_MS = 20_000;
const BODY = 'VIV_BODY_INVALID';

/** Refused by the rules of the sequence: that is a stored decision, and nothing else. */
const NOT_LET_IN: readonly BadRequest[] = [
  [
    'who is in it',
    '/v1/journeys',
    () => ({ sequence: 'rests', contact: ana() }),
    [409, 'VIV_ENROL_REFUSED'],
    /already going through it/,
  ],
  [
    'who waits to be in it',
    '/v1/journeys',
    () => ({ sequence: 'second', contact: { email: emailAt('next') } }),
    [409, 'VIV_ENROL_REFUSED'],
    /already waits/,
  ],
  [
    'by hand into what lets nobody in by hand',
    '/v1/journeys',
    () => ({ sequence: 'invited', contact: ana() }),
    [409, 'VIV_ENROL_REFUSED'],
    /by hand/,
  ],
  [
    'who is no client into a sequence for clients',
    '/v1/journeys',
    () => ({ sequence: 'clients', contact: ana() }),
    [409, 'VIV_ENROL_REFUSED'],
  ],
  [
    'without the key that it asks for',
    '/v1/journeys',
    () => ({ sequence: 'orders', contact: ana() }),
    [409, 'VIV_ENROL_REFUSED'],
    /orderId/,
  ],
];

const freeze = { mode: 'freeze', reason: 'a test' };
const PAUSES: readonly BadRequest[] = [
  ['of nothing', '/v1/pauses', () => freeze, [400, BODY], /give one of/],
  [
    'of two things',
    '/v1/pauses',
    () => ({ ...freeze, everything: true, sequence: 'rests' }),
    [400, BODY],
    /give one of/,
  ],
  ['of not everything', '/v1/pauses', () => ({ ...freeze, everything: false }), [400, BODY]],
  ['of an unknown sequence', '/v1/pauses', () => ({ ...freeze, sequence: 'nothing' }), [404, 'VIV_SEQUENCE_UNKNOWN']],
  [
    'of an unknown contact',
    '/v1/pauses',
    () => ({ ...freeze, contact: { email: 'no@example.test' } }),
    [404, 'VIV_CONTACT_UNKNOWN'],
  ],
  [
    'of a meaning that nobody knows',
    '/v1/pauses',
    () => ({ ...freeze, mode: 'stop', sequence: 'rests' }),
    [400, BODY],
    /mode/,
  ],
  ['for no reason', '/v1/pauses', () => ({ mode: 'freeze', sequence: 'rests' }), [400, BODY], /reason/],
  ['that ends by an unknown id', () => `/v1/pauses/${newId()}/resume`, () => ({}), [404, 'VIV_PAUSE_UNKNOWN']],
  ['that ends by nonsense', '/v1/pauses/seven/resume', () => ({}), [400, BODY], /id of a pause/],
  [
    'that ends at no pace',
    () => `/v1/pauses/${going.pauseId}/resume`,
    () => ({ perMinute: 0 }),
    [400, BODY],
    /perMinute/,
  ],
  [
    'that ends at a senseless pace',
    () => `/v1/pauses/${going.pauseId}/resume`,
    () => ({ perMinute: 1e9 }),
    [400, BODY],
    /perMinute/,
  ],
  [
    'that ends with an unknown key',
    () => `/v1/pauses/${going.pauseId}/resume`,
    () => ({ pace: 1 }),
    [400, BODY],
    /pace/,
  ],
];

const TASKS: readonly BadRequest[] = [
  ['that there is not', () => `/v1/tasks/${newId()}/close`, () => ({ outcome: 'reached' }), [404, 'VIV_NOT_FOUND']],
  ['by nonsense', '/v1/tasks/seven/close', () => ({ outcome: 'reached' }), [400, BODY], /id of a task/],
  ['without an outcome', () => `/v1/tasks/${going.taskId}/close`, () => ({}), [400, BODY], /outcome/],
  [
    'of an outcome that is no name',
    () => `/v1/tasks/${going.taskId}/close`,
    () => ({ outcome: 'Not a Name!' }),
    [400, BODY],
    /outcome/,
  ],
  [
    'of a note of a megabyte',
    () => `/v1/tasks/${going.taskId}/close`,
    () => ({ outcome: 'reached', note: long(900_000) }),
    [400, BODY],
    /note/,
  ],
  [
    'closed tomorrow',
    () => `/v1/tasks/${going.taskId}/close`,
    () => ({ outcome: 'reached', at: '2999-01-01T00:00:00Z' }),
    [400, BODY],
    /future/,
  ],
];

const REST: readonly BadRequest[] = [
  ['what there is not', '/v1/nothing', () => ({}), [404, 'VIV_NOT_FOUND']],
  ['a form that there is not', '/f/nothing', () => 'email=a%40example.test', [404, 'VIV_FORM_UNKNOWN']],
  ['a link that is none', '/u/nothing', () => 'a=b', [403, 'VIV_LINK_FORGED']],
  [
    'a handoff by the link of another',
    () =>
      `/h/${signLink('another secret, as long as it must be', { kind: 'handoff', id: going.handoffId, repId: newId() })}`,
    () => 'action=accept',
    [403, 'VIV_LINK_FORGED'],
  ],
  [
    'a mail that there is not',
    () => `/u/${signLink(LIVE_SECRET, { kind: 'unsubscribe', id: newId() })}`,
    () => 'a=b',
    [404, 'VIV_NOT_FOUND'],
  ],
  [
    'a handoff that there is not',
    () => `/h/${signLink(LIVE_SECRET, { kind: 'handoff', id: newId(), repId: newId() })}`,
    () => 'action=accept',
    [404, 'VIV_NOT_FOUND'],
  ],
];

async function refused({ path, body, status, code, says }: BadRequestCase, leftOut?: readonly string[]): Promise<void> {
  const [to, sent] = [path(), body()];
  const headers = typeof sent !== 'string' ? {} : to.startsWith('/v1') ? JSON_TYPE : FORM_TYPE;
  const answer = await going.unchanged(() => system.ask('POST', to, sent, headers), leftOut);
  expectProblem(answer, { status, code, says });
}

describe.each([
  ['an event', EVENTS],
  ['a lead', LEADS],
  ['a journey', JOURNEYS],
  ['a pause', PAUSES],
  ['a task', TASKS],
  ['a purchase', PURCHASES],
  ['a request for', REST],
] as const)('%s', (_, cases) => {
  it.each(requests(cases))('$name is refused', (one) => refused(one));
});

describe('a contact', () => {
  it.each(requests(NOT_LET_IN))('$name is not let in', async (one) => {
    const decisions = await system.db.decision.count();
    await refused(one, ['decision']);
    expect(await system.db.decision.count()).toBe(decisions + 1);
  });
});

/** Refused, and counted. */
const FORMS: readonly BadRequest[] = [
  ['without a token', '/f/course.json', () => ({ token: '', answers: {} }), [422, 'VIV_FORM_TOKEN']],
  ['with keys of nobody', '/f/course.json', () => ({ token: '', answers: {}, id: 1 }), [400, BODY], /id/],
  ['that is no object', '/f/course.json', () => [1], [400, BODY]],
];
describe('a form', () => {
  it.each(requests(FORMS))('$name is refused', (one) => refused(one));
});

const GETS: readonly (readonly [string, string, readonly [number, Refusal['code']]])[] = [
  ['tasks of a number that is none', '/v1/tasks?limit=many', [400, BODY]],
  ['tasks of a status that there is not', '/v1/tasks?status=late', [400, BODY]],
  ['pauses of perhaps all', '/v1/pauses?all=perhaps', [400, BODY]],
  ['the story of nobody', '/contacts/no@example.test/story', [404, 'VIV_CONTACT_UNKNOWN']],
  ['the story of no text', '/contacts/%00/story', [404, 'VIV_CONTACT_UNKNOWN']],
  ['an address that is none', '/f/%zz', [404, 'VIV_NOT_FOUND']],
  ['a form that there is not', '/f/nothing', [404, 'VIV_FORM_UNKNOWN']],
  ['a file by a link that is none', '/f/watering-guide/file/nothing', [403, 'VIV_LINK_FORGED']],
  ['a date by a link that is none', '/f/open-day/calendar/nothing', [403, 'VIV_LINK_FORGED']],
];
describe('a question', () => {
  it.each(GETS)('for %s is refused', async (_, path, [status, code]) => {
    expectProblem(await going.unchanged(() => system.ask('GET', path)), { status, code });
  });
});

test('a key that came before with another event is refused', async () => {
  const event = { type: 'page.left', contact: ana(), idempotencyKey: 'once' };
  expect(await system.ask('POST', '/v1/events', event)).toMatchObject({ status: 202 });
  await going.lookAnew();
  const other = { ...event, properties: { page: 2 } };
  const answer = await going.unchanged(() => system.ask('POST', '/v1/events', other));
  expectProblem(answer, { status: 409, code: 'VIV_IDEMPOTENCY_CONFLICT' });
});

test('without a good key', async () => {
  for (const path of [
    '/v1/events',
    '/v1/leads',
    '/v1/journeys',
    '/v1/pauses',
    '/v1/purchases',
    `/v1/tasks/${going.taskId}/close`,
  ])
    for (const authorization of ['', 'Bearer viv_wrong', 'Basic YTpi']) {
      const answer = await going.unchanged(() => system.ask('POST', path, {}, { authorization }));
      expectProblem(answer, { status: 401, code: 'VIV_UNAUTHORISED', says: /viveiro key create/ });
    }
});

const ANSWERS: readonly (readonly [name: string, answer: Answer, outcome: string, reason: RegExp])[] = [
  ['that is no JSON', { status: 200, body: '<html>' }, 'told', /not in the answer/],
  ['of nothing', { status: 200, body: '' }, 'told', /not in the answer/],
  ['of two megabytes', { status: 200, body: `{"company":{"size":"${long(2_000_000)}"}}` }, 'told', /too large/],
  [
    'of values that are no attributes',
    { status: 200, body: '{"company":{"size":{"a":1},"sector":[[1]]}}' },
    'told',
    /size, sector/,
  ],
  ['that is a list', { status: 200, body: '[]' }, 'told', /size, sector/],
  ['that is null', { status: 200, body: 'null' }, 'told', /size, sector/],
  [
    'of letters that no database holds',
    { status: 200, body: '{"company":{"size":"\\u0000","sector":"\\ud800"}}' },
    'told',
    /size, sector/,
  ],
  ['that refuses', { status: 418, body: 'teapot' }, 'failed', /answered 418/],
  ['that leads elsewhere', { status: 302, headers: { location: 'http://169.254.169.254/' } }, 'failed', /not followed/],
  ['that never comes', 'silent', 'failed', /given up/],
  ['of a broken connection', 'hang up', 'failed', /given up/],
];

describe('a webhook with an answer', () => {
  it.each(ANSWERS)('%s takes its branch, sets nothing, and disturbs nobody', async (name, answer, outcome, reason) => {
    const before = await going.standing();
    crm.answer(answer);
    const contact = { email: `${name.toLowerCase().replaceAll(' ', '-')}@example.test` };
    await system.ask('POST', '/v1/leads', { contact, lead });
    const { body } = await system.ask('POST', '/v1/journeys', { sequence: 'asks', contact });
    const { journeyId } = body as JourneyAnswer; // what the contract answers
    const find = () => system.db.journey.findUnique({ where: { id: journeyId } });
    expect(await waitUntil(async () => (await find())?.status === 'ended', PATIENCE_MS)).toBe(true);
    expect(await find()).toMatchObject({ outcome });
    expect((await system.db.decision.findFirst({ where: { journeyId, kind: 'webhook' } }))?.reason).toMatch(reason);
    expect(await system.db.contact.findUnique({ where: contact })).toMatchObject({ attributes: {} });
    expect(await going.standing()).toBe(before);
  });

  afterAll(going.lookAnew);
});

test('all journeys go on from where they were', async () => {
  await going.unchanged(going.stillness);
  expect(await going.goOn()).toEqual(ENDS);
});

describe('when they have gone on', () => {
  it.each(
    requests([
      [
        'a task that is closed',
        () => `/v1/tasks/${going.taskId}/close`,
        () => ({ outcome: 'no-answer' }),
        [409, 'VIV_TASK_CLOSED'],
      ],
    ]),
  )('$name is refused', (one) => refused(one));

  it('a handoff that is answered shows the answer that holds', async () => {
    const { repId } = await system.db.handoff.findUniqueOrThrow({ where: { id: going.handoffId } });
    const link = signLink(LIVE_SECRET, { kind: 'handoff', id: going.handoffId, repId: repId ?? '' });
    const answer = await going.unchanged(() => system.ask('POST', `/h/${link}`, 'action=reject&reason=no', FORM_TYPE));
    expect(answer).toMatchObject({ status: 409, body: expect.stringContaining('vale a primeira resposta') });
  });
});
