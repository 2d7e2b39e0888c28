import { createHmac } from 'node:crypto';
import { createSendWebhook, type WebhookDeps } from '../../src/activities/send-webhook';
import { scriptSchema } from '../../src/domain/rehearsal/script';
import { webhooksSchema } from '../../src/domain/webhook/rules';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { readJourney } from '../../src/store/journeys';
import { beginPause } from '../../src/store/pauses';
import { createReactions } from '../../src/store/reactions';
import { endPause } from '../../src/store/resume';
import { takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { type Answer, startHttpServer, type TestServer } from '../support/http-server';
import { aJourney, anIncoming, published, someone } from '../support/journeys';
import { aLead } from '../support/people';
import { SALES } from '../support/sales';

const database = testDatabase();
const KEY = Buffer.alloc(24, 5);
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer();
});
afterAll(() => server.stop());

const TELL = {
  id: 'tell',
  type: 'webhook',
  endpoint: 'crm',
  send: ['contact.email', 'lead.offer'],
  set: { size: 'company.size', sectors: 'company.sectors' },
  onFailed: 'sorry',
};
const STEPS = [
  TELL,
  { id: 'known', type: 'checkpoint', when: { fact: 'contact.attributes.size', atLeast: 10 }, then: 'big' },
  { id: 'rest', type: 'wait', for: '2d' },
  { id: 'big', type: 'end', outcome: 'big' },
  { id: 'sorry', type: 'end', outcome: 'sorry' },
];
const deps = (parts: Partial<WebhookDeps> = {}, endpoint: object = {}): WebhookDeps => {
  const crm = {
    url: `${server.url}/crm`,
    secretEnv: 'VIVEIRO_WEBHOOK_CRM',
    timeout: '1s',
    allowPrivate: true,
    ...endpoint,
  };
  const webhooks = webhooksSchema.parse({ endpoints: { crm } });
  const secretOf = () => `whsec_${KEY.toString('base64')}`;
  return { db: database.db, turn: { rules: { ...SALES.rules, webhooks } }, secretOf, ...parts };
};
/** A journey that stands at its webhook. */
async function standing(parts: object = {}) {
  const who = await someone(database.db, { leads: [aLead({ offer: 'greenhouse' })] });
  return aJourney(database.db, await published(database.db, { steps: STEPS, ...parts }), { who });
}
/** What its workflow asks for. */
async function requestOf(journeyId: string, now = MONDAY) {
  const { turn, last } = await transaction(database.db, (tx) => readJourney(tx, journeyId));
  if (last.move.type !== 'perform') throw new Error(`it stands at no effect but ${last.move.type}s`);
  return { journeyId, turn, stepId: last.move.stepId, key: last.move.effect.key, now };
}
const send = async (journeyId: string, given = deps(), now = MONDAY) =>
  createSendWebhook(given).sendWebhook(await requestOf(journeyId, now));
const decisionsOf = async (journeyId: string) => {
  const rows = await database.db.decision.findMany({ where: { journeyId, kind: 'webhook' }, orderBy: { seq: 'asc' } });
  return rows.map(({ outcome, reason }) => [outcome, reason]);
};
const rowOf = (journeyId: string) => database.db.webhook.findFirstOrThrow({ where: { journeyId } });
const attributesOf = async (id: string) => (await database.db.contact.findUniqueOrThrow({ where: { id } })).attributes;
const json = (value: unknown, status = 200): Answer => ({ status, body: JSON.stringify(value) });

describe('a webhook', () => {
  it('tells the other system, signed, and the journey goes on with what the answer gives', async () => {
    const { journeyId, contactId, leadId } = await standing();
    const { key } = await requestOf(journeyId);
    server.answer(json({ company: { size: 12, sectors: ['food', 'retail'], secret: 'left alone' } }));
    expect(await send(journeyId)).toEqual({ turn: 2, move: { type: 'end', outcome: 'big' } });
    const { headers, body, path } = server.received.at(-1) ?? { headers: {}, body: '', path: '' };
    const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: contactId } });
    expect(path).toBe('/crm');
    expect(JSON.parse(body)).toMatchObject({
      type: 'journey.step',
      timestamp: '2026-01-05T12:00:00.000Z',
      data: {
        contactId,
        leadId,
        journeyId,
        step: 'tell',
        facts: { 'contact.email': email, 'lead.offer': 'greenhouse' },
      },
    });
    const signed = `${key}.${headers['webhook-timestamp']}.${body}`;
    expect(headers['webhook-id']).toBe(key);
    expect(headers['webhook-signature']).toBe(`v1,${createHmac('sha256', KEY).update(signed).digest('base64')}`);
    expect(await attributesOf(contactId)).toEqual({ size: 12, sectors: ['food', 'retail'] });
    expect(await decisionsOf(journeyId)).toEqual([['delivered', 'answered 200; sets size, sectors']]);
    expect(await rowOf(journeyId)).toMatchObject({ status: 'delivered', attempts: 1, endpoint: 'crm' });
  });

  it('says what was missing in the answer', async () => {
    const { journeyId, contactId } = await standing();
    server.answer(json({ company: { size: 3 } }));
    expect(await send(journeyId)).toMatchObject({ move: { type: 'await', stepId: 'rest' } });
    expect(await attributesOf(contactId)).toEqual({ size: 3 });
    expect((await decisionsOf(journeyId))[0]?.[1]).toContain('not as an attribute can be: sectors; sets size');
  });

  it('that is refused for good goes on at onFailed', async () => {
    const { journeyId } = await standing();
    server.answer({ status: 410 });
    expect(await send(journeyId)).toMatchObject({ move: { type: 'end', outcome: 'sorry' } });
    expect(await decisionsOf(journeyId)).toEqual([['failed', 'answered 410']]);
  });

  it('that finds nobody waits, and is told again under the same id until it is given up', async () => {
    const { journeyId } = await standing();
    const given = deps({}, { tries: 3 });
    const before = server.received.length;
    server.answer({ status: 503 }, 'hang up', { status: 500 });
    let now = MONDAY;
    let turn = await send(journeyId, given, now);
    for (let n = 0; n < 2; n += 1) {
      const { move } = turn;
      if (move.type !== 'await' || move.until === null) throw new Error(`it does not wait but ${move.type}s`);
      expect(move).toMatchObject({ stepId: 'tell' });
      now = move.until;
      await transaction(database.db, (tx) => takeTurn(tx, given.turn, { journeyId, turn: turn.turn, now }));
      turn = await send(journeyId, given, now);
    }
    expect(turn).toMatchObject({ move: { type: 'end', outcome: 'sorry' } });
    const tries = server.received.slice(before);
    expect(tries).toHaveLength(3);
    expect(new Set(tries.map(({ headers }) => headers['webhook-id'])).size).toBe(1);
    expect(new Set(tries.map(({ body }) => body)).size).toBe(1);
    expect(await decisionsOf(journeyId)).toEqual([
      ['deferred', expect.stringMatching(/^answered 503; tried again at 2026-01-05 12:00 UTC$/)],
      ['deferred', expect.stringMatching(/cannot be reached: .*; tried again at 2026-01-05 12:0\d UTC$/)],
      ['failed', 'given up after 3 tries: answered 500'],
    ]);
    expect(await rowOf(journeyId)).toMatchObject({ status: 'failed', attempts: 3, plannedAt: new Date(MONDAY) });
  });

  it.each([
    ['freeze', 'does not count', 'await'],
    ['elapse', 'counts', 'end'],
  ] as const)('that a pause held to %s: the time of the pause %s toward retryFor', async (mode, _, then) => {
    const { journeyId, contactId } = await standing();
    const given = deps({}, { retryFor: '10m' });
    const take = (turn: number, now: number) =>
      transaction(database.db, (tx) => takeTurn(tx, given.turn, { journeyId, turn, now }));
    server.answer({ status: 503 }, { status: 503 });
    const { turn } = await send(journeyId, given);
    const target = { type: 'contact', contactId } as const;
    const { pause } = await beginPause(database.db, {
      target,
      mode,
      reason: 'wrong prices',
      by: 'ana',
      now: MONDAY + 1,
    });
    const held = await take(turn, MONDAY + 10_000);
    expect(held).toMatchObject({ status: 'paused' });
    const end = { pauseId: pause.id, by: 'ana', now: MONDAY + 6 * HOUR, perMinute: 60 };
    await endPause(database.db, end);
    await take(held.turn, MONDAY + 6 * HOUR);
    expect(await send(journeyId, given, MONDAY + 6 * HOUR)).toMatchObject({ move: { type: then } });
  });

  it('asked for twice at once takes one turn, and both get its answer', async () => {
    const { journeyId, contactId } = await standing();
    const request = await requestOf(journeyId);
    server.answer(json({ company: { size: 2 } }), json({ company: { size: 3 } }));
    const activity = createSendWebhook(deps());
    const answers = await Promise.all([activity.sendWebhook(request), activity.sendWebhook(request)]);
    expect(answers[0]).toEqual(answers[1]);
    expect(await decisionsOf(journeyId)).toHaveLength(1);
    expect([{ size: 2 }, { size: 3 }]).toContainEqual(await attributesOf(contactId));
    const before = server.received.length;
    expect(await activity.sendWebhook(request)).toEqual(answers[0]);
    expect(server.received).toHaveLength(before);
  });

  it('is not sent to this machine unless its endpoint may stand there', async () => {
    const { journeyId } = await standing();
    const before = server.received.length;
    expect(await send(journeyId, deps({}, { allowPrivate: false }))).toMatchObject({ move: { outcome: 'sorry' } });
    expect(server.received).toHaveLength(before);
    expect((await decisionsOf(journeyId))[0]?.[1]).toContain('on this machine or in a private network');
  });

  it.each([
    ['without a secret', { secretOf: () => undefined }, 'VIVEIRO_WEBHOOK_CRM holds no secret'],
    ['to an endpoint that is not there', { turn: SALES }, 'endpoint crm does not stand in rules/webhooks.yaml'],
  ])('%s is not sent, and waits for whoever mends it', async (_, parts, reason) => {
    const { journeyId } = await standing();
    const before = server.received.length;
    expect(await send(journeyId, deps(parts))).toMatchObject({ move: { type: 'await', stepId: 'tell' } });
    expect(server.received).toHaveLength(before);
    expect((await decisionsOf(journeyId))[0]?.[1]).toContain(reason);
  });
});

test('a goal that is reached meanwhile comes first: nothing is told any more', async () => {
  const { journeyId, contactId } = await standing({ goal: { name: 'bought', on: 'purchase' } });
  const bought = anIncoming(contactId, 'purchase', { properties: { reference: journeyId, amount: 5 }, at: MONDAY });
  await ingest(database.db, SALES, bought);
  const before = server.received.length;
  expect(await send(journeyId, deps(), MONDAY + HOUR)).toMatchObject({ move: { type: 'end', outcome: 'goal' } });
  expect(server.received).toHaveLength(before);
  expect(await rowOf(journeyId)).toMatchObject({ status: 'skipped', attempts: 0 });
});

// INV-REHEARSAL-SEALED
test('a rehearsal tells nobody: the script answers, else with 200 and nothing', async () => {
  const before = server.received.length;
  const script = scriptSchema.parse({ webhooks: { crm: { body: { company: { size: 99 } } } } });
  const rehearsed = (given: typeof script): WebhookDeps => {
    const { turn, ...rest } = deps();
    return { ...rest, turn: { ...turn, reactions: createReactions(given) } };
  };
  const scripted = await standing();
  expect(await send(scripted.journeyId, rehearsed(script))).toMatchObject({ move: { outcome: 'big' } });
  const unscripted = await standing();
  expect(await send(unscripted.journeyId, rehearsed(scriptSchema.parse({})))).toMatchObject({
    move: { type: 'await', stepId: 'rest', until: MONDAY + 2 * DAY },
  });
  expect(server.received).toHaveLength(before);
});
