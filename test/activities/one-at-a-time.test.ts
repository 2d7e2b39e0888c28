import { gateSchema } from '../../src/domain/gate/rules';
import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { readGated } from '../../src/store/gate-facts';
import type { SequenceVersion } from '../../src/store/sequences';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, published, type Someone, someone } from '../support/journeys';
import { allow, MAILING, type Mailing, requestOf, sendMail, testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);

const gate = gateSchema.parse({
  consentFor: ['marketing'],
  gap: { atLeast: '4h', purposes: ['marketing'] },
  sunset: { purposes: ['marketing'], mails: 2, lastCall: 'last-call' },
});
const turn = { ...MAILING, rules: { ...MAILING.rules, gate } };

const aSequence = (parts: object = {}): Promise<SequenceVersion> =>
  published(database.db, {
    steps: [
      { id: 'first', type: 'mail', template: 'hello' },
      { id: 'rest', type: 'wait', for: '2d' },
      { id: 'done', type: 'end' },
    ],
    ...parts,
  });

type Due = Pick<Mailing, 'request'> & { readonly journeyId: string };

async function due(version: SequenceVersion, who: Someone): Promise<Due> {
  const { journeyId } = await aJourney(database.db, version, { who }, turn);
  return { journeyId, request: await requestOf(database.db, journeyId) };
}

const reasonsOf = async (contactId: string) =>
  (await database.db.decision.findMany({ where: { contactId, kind: { in: ['send', 'defer', 'skip'] } } })).map(
    ({ kind, reason }) => `${kind}: ${reason}`,
  );

// INV-ONE-MAIL-AT-A-TIME
test('of two sequences that are due at the same moment the one of higher priority mails, the other waits for the gap', async () => {
  await post.serve([], { turn });
  const [low, high] = [await aSequence(), await aSequence({ priority: 80 })];
  for (let round = 0; round < 4; round += 1) {
    const who = await someone(database.db);
    await allow(database.db, who.contactId);
    const mails = [await due(low, who), await due(high, who)];
    const turns = await Promise.all((round % 2 ? mails : mails.toReversed()).map((one) => sendMail(post.deps, one)));
    expect(post.server.messages).toHaveLength(round + 1);
    const [lowSend, highSend] = await Promise.all(
      mails.map(({ request }) => database.db.send.findUniqueOrThrow({ where: { id: request.key } })),
    );
    expect([lowSend?.status, highSend?.status]).toEqual(['deferred', 'accepted']);
    expect(turns).toContainEqual({ turn: 2, move: { type: 'await', stepId: 'first', until: MONDAY + 4 * HOUR } });
    const waits = (await reasonsOf(who.contactId)).filter((reason) => reason.startsWith('defer'));
    expect(waits).toHaveLength(1);
    expect([
      'defer: the last mail went out less than 4h ago',
      `defer: a mail of ${high.sequence} is due too, and its priority 80 is above 0: it goes first`,
    ]).toContain(waits[0]);
  }
});

test('of many at once of one priority exactly one goes, whoever comes first', async () => {
  await post.serve([], { turn });
  const who = await someone(database.db);
  await allow(database.db, who.contactId);
  const versions = await Promise.all(Array.from({ length: 6 }, () => aSequence()));
  const mails: Due[] = [];
  for (const version of versions) mails.push(await due(version, who));
  await Promise.all(mails.map((one) => sendMail(post.deps, one)));
  expect(post.server.messages).toHaveLength(1);
  const sends = await database.db.send.findMany({ where: { contactId: who.contactId } });
  expect(sends.map(({ status }) => status).toSorted()).toEqual([
    'accepted',
    ...Array.from({ length: 5 }, () => 'deferred'),
  ]);
});

test('a deferred mail whose time has come is a rival; one of a journey that is over, or held, is none', async () => {
  await post.serve([], { turn });
  const who = await someone(database.db);
  const { contactId } = who;
  await allow(database.db, contactId);
  const first = await due(await aSequence(), who);
  const high = await due(await aSequence({ priority: 7 }), who);
  await sendMail(post.deps, high);
  await sendMail(post.deps, first);
  const rivalsAt = async (now: number) =>
    transaction(database.db, async (tx) => {
      const question = { sendId: newId(), contactId, purpose: 'marketing', priority: 0, now, rules: gate };
      return (await readGated(tx, question)).facts.rivals;
    });
  expect(await rivalsAt(MONDAY + 3 * HOUR)).toEqual([]);
  const [rival] = (await rivalsAt(MONDAY + 4 * HOUR)) ?? [];
  expect(rival).toMatchObject({ purpose: 'marketing', priority: 0, dueAt: MONDAY + 4 * HOUR });
  await database.db.journey.update({ where: { id: first.journeyId }, data: { heldBy: newId() } });
  expect(await rivalsAt(MONDAY + 4 * HOUR)).toEqual([]);
});

test('after two mails without a sign of interest the third is not sent, the last call is, once, and a click opens the way', async () => {
  await post.serve([], { turn });
  const who = await someone(database.db);
  const { contactId } = who;
  await allow(database.db, contactId);
  const mailAt = async (version: SequenceVersion, days: number) => {
    const now = MONDAY + days * DAY;
    const { journeyId } = await aJourney(database.db, version, { who, now }, turn);
    const request = await requestOf(database.db, journeyId, now);
    await sendMail(post.deps, { request });
    const { status, reason } = await database.db.send.findUniqueOrThrow({ where: { id: request.key } });
    return { status, reason };
  };
  expect(await mailAt(await aSequence(), 0)).toMatchObject({ status: 'accepted' });
  expect(await mailAt(await aSequence(), 1)).toMatchObject({ status: 'accepted' });
  expect(await mailAt(await aSequence(), 2)).toEqual({
    status: 'skipped',
    reason:
      'no sign of interest in 2 mails since 2026-01-05 (2 are allowed): no more marketing mail until there is one',
  });
  expect(await mailAt(await aSequence({ purpose: 'last-call' }), 3)).toMatchObject({ status: 'accepted' });
  expect(await mailAt(await aSequence({ purpose: 'last-call' }), 4)).toMatchObject({ status: 'skipped' });
  const click = { contactId, type: 'mail.clicked', at: new Date(MONDAY + 5 * DAY), idempotencyKey: newId() };
  await database.db.interaction.create({ data: { id: newId(), ...click } });
  expect(await mailAt(await aSequence(), 6)).toMatchObject({ status: 'accepted' });
});
