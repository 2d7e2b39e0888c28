import { withFailures } from '../../src/activities/failure';
import { createSendAgain } from '../../src/activities/send-again';
import { createSendMail, type LedgerMoment, type MailDeps } from '../../src/activities/send-mail';
import { createTakeTurn } from '../../src/activities/take-turn';
import { gateSchema } from '../../src/domain/gate/rules';
import { newId } from '../../src/domain/ids';
import { ingest } from '../../src/store/ingest';
import { mergeContacts } from '../../src/store/merge/merge';
import { unmerge } from '../../src/store/merge/unmerge';
import type { SequenceVersion } from '../../src/store/sequences';
import { addSuppression } from '../../src/store/suppression-list';
import { sweepSends } from '../../src/store/sweep-sends';
import { HOUR } from '../support/builders';
import { testEngine } from '../support/engine';
import { aJourney, anIncoming, published, type Someone, someone } from '../support/journeys';
import { allow, mailDeps, requestOf } from '../support/mailing';
import { SALES } from '../support/sales';
import { type Deed, type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';

/** What is to happen at the next mail that comes to a moment. */
let next: { readonly moment: LedgerMoment; readonly work: () => Promise<unknown> } | undefined;
/** What was begun in the midst of a transaction that holds the contact: it comes behind that. */
let begun: Promise<unknown> | undefined;
const WITHIN_TRANSACTION: readonly LedgerMoment[] = ['claiming', 'settling'];
const hooks: MailDeps['hooks'] = {
  at: async (moment) => {
    if (moment === 'claimed') await begun; // no byte before that
    if (next?.moment !== moment) return;
    const { work } = next;
    next = undefined;
    if (WITHIN_TRANSACTION.includes(moment)) begun = work();
    else await work();
  },
};

let server: ScriptedSmtp;
let deps: MailDeps;
/** What the server does at the next end of a message, or at the next recipient. */
let deed: { readonly verb: 'dot' | 'RCPT'; readonly what: Deed } | undefined;
const gate = gateSchema.parse({ consentFor: ['marketing'] });
const turn = { ...SALES, rules: { ...SALES.rules, gate } };

const engine = testEngine(
  async (db) => {
    server ??= await scriptedSmtp(({ verb }) => {
      if (deed?.verb !== verb) return undefined;
      const { what } = deed;
      deed = undefined;
      return what;
    });
    deps = mailDeps(db, server.url, { turn, hooks });
    return withFailures({ ...createTakeTurn(db, turn), ...createSendMail(deps) });
  },
  { deps: turn },
);
afterAll(async () => {
  await deps.transport.close();
  await server.stop();
});

const now = () => Date.now();
const STEPS = [
  { id: 'hello', type: 'mail', template: 'hello' },
  { id: 'done', type: 'end', outcome: 'done' },
];
const aSequence = (parts: object = {}) => published(engine.db, { purpose: 'marketing', steps: STEPS, ...parts });
const addressOf = async ({ contactId }: Someone) =>
  (await engine.db.contact.findUniqueOrThrow({ where: { id: contactId } })).email;
const both = async () => {
  const pair = { own: await someone(engine.db), other: await someone(engine.db) };
  for (const { contactId } of Object.values(pair)) await allow(engine.db, contactId);
  return { ...pair, addresses: { own: await addressOf(pair.own), other: await addressOf(pair.other) } };
};
const merge = ({ own, other }: { readonly own: Someone; readonly other: Someone }) =>
  mergeContacts(engine.db, turn, {
    survivor: { id: own.contactId },
    merged: { id: other.contactId },
    reason: 'the same',
    by: 'rui',
    now: now(),
  });
const sendOf = (journeyId: string) => engine.db.send.findFirstOrThrow({ where: { journeyId } });
/** To whom the server has got the mail, each time it did. */
const gotBy = (sendId: string) =>
  server.messages
    .filter((message) => message.includes(`Message-ID: <${sendId}@`))
    .map((message) => /^To: .*?([^\s<]+@[^\s>]+)/m.exec(message)?.[1]);

async function mailed(who: Someone, version: SequenceVersion) {
  const { journeyId } = await aJourney(engine.db, version, { who, now: now() }, turn);
  await engine.endOf(journeyId);
  await begun;
  begun = undefined;
  const send = await sendOf(journeyId);
  return { journeyId, send, got: gotBy(send.id) };
}

type Side = 'own' | 'other';
type No = 'nobody' | 'consent' | 'suppression';
/** Before any byte has left, and after. */
const EARLY: readonly LedgerMoment[] = ['begun', 'claiming', 'claimed', 'asked'];
const LATE: readonly LedgerMoment[] = ['dispatching', 'replied', 'settling'];
const CASES = [
  ...[...EARLY, ...LATE].flatMap((moment) =>
    (['nobody', 'consent', 'suppression'] as const).map((no): [LedgerMoment, Side, No] => [moment, 'other', no]),
  ),
  ...(['claimed', 'asked'] as const).flatMap((moment) =>
    (['consent', 'suppression'] as const).map((no): [LedgerMoment, Side, No] => [moment, 'own', no]),
  ),
];

// INV-MERGE-ASKS-AGAIN
test.each(CASES)(
  'a mail that is at "%s" when its contact, the %s one, is merged ends once, and by the gate of the one contact (a no by %s of the other side)',
  async (moment, side, no) => {
    const pair = await both();
    const opposite = side === 'own' ? 'other' : 'own';
    if (no === 'consent') await allow(engine.db, pair[opposite].contactId, 'marketing', false);
    if (no === 'suppression')
      await addSuppression(engine.db, {
        address: { email: pair.addresses[opposite] },
        scope: 'marketing',
        at: now(),
      });
    next = { moment, work: () => merge(pair) };
    const { send, got } = await mailed(pair[side], await aSequence());
    expect(next).toBeUndefined();
    const isLate = LATE.includes(moment);
    const isSent = isLate || no === 'nobody';
    const address = pair.addresses[isLate ? side : 'own'];
    expect({ status: send.status, contactId: send.contactId, got }).toEqual({
      status: isSent ? 'accepted' : 'skipped',
      contactId: pair.own.contactId,
      got: isSent ? [address] : [],
    });
    if (isSent) expect(send.recipient).toBe(address);
    const told = await engine.db.interaction.findMany({
      where: { type: 'mail.accepted', contactId: pair.own.contactId },
    });
    expect(told).toHaveLength(isSent ? 1 : 0);
  },
);

describe('of two journeys of one group, the mail of the one that ends', () => {
  const inGroup = (priority: number, steps: readonly object[] = STEPS) =>
    aSequence({ steps, exclusive: { group: 'offers', priority } });
  const [hello, done] = STEPS;
  const LONG = [hello ?? {}, { id: 'rest', type: 'wait', for: '30d' }, done ?? {}];

  test.each([
    ['claimed', 'skipped', false],
    ['dispatching', 'accepted', true],
  ] as const)('is settled once where it is at "%s" in the merge: %s', async (moment, status, isGot) => {
    const pair = await both();
    const stays = await aJourney(engine.db, await inGroup(5, LONG), { who: pair.own, now: now() }, turn);
    await engine.until(stays.journeyId, ({ stepId }) => stepId === 'rest');
    next = { moment, work: () => merge(pair) };
    const { journeyId, send, got } = await mailed(pair.other, await inGroup(1));
    const rowOf = (id: string) => engine.db.journey.findUniqueOrThrow({ where: { id } });
    expect(await rowOf(journeyId)).toMatchObject({ status: 'ended', outcome: 'merged' });
    expect(await rowOf(stays.journeyId)).toMatchObject({ status: 'running' });
    expect({ status: send.status, got }).toEqual({ status, got: isGot ? [pair.addresses.other] : [] });
    expect(gotBy((await sendOf(stays.journeyId)).id)).toEqual([pair.addresses.own]);
  });
});

describe('a mail that waits or is in doubt when its contact is merged', () => {
  beforeAll(() => engine.stopWorker());
  const sendNext = async (journeyId: string, at = now()) =>
    createSendMail(deps).sendMail(await requestOf(engine.db, journeyId, at));
  const goOn = async (journeyId: string, at = now()) => {
    const { turn: last } = await engine.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
    await createTakeTurn(engine.db, turn).takeTurn({ journeyId, turn: last, now: at });
  };
  /** Stands at its mail, which the server has treated so. */
  async function treated(verb: 'dot' | 'RCPT', what: Deed, who: Someone) {
    const { journeyId } = await aJourney(engine.db, await aSequence(), { who, now: now() }, turn);
    deed = { verb, what };
    await sendNext(journeyId);
    return { journeyId, send: await sendOf(journeyId) };
  }
  const again = async (sendId: string, journeyId: string) =>
    createSendAgain(deps, now)({ sendId, journeyId, askId: newId() });

  test('waits on, and goes to the one contact, unless that has said no', async () => {
    for (const no of [false, true]) {
      const pair = await both();
      const { journeyId, send } = await treated('RCPT', '450 4.2.0 later', pair.other);
      expect(send.status).toBe('deferred');
      if (no) await allow(engine.db, pair.own.contactId, 'marketing', false);
      await merge(pair);
      const later = now() + 6 * HOUR;
      await goOn(journeyId, later);
      await sendNext(journeyId, later);
      const after = await sendOf(journeyId);
      expect({ status: after.status, contactId: after.contactId, got: gotBy(send.id) }).toEqual({
        status: no ? 'skipped' : 'accepted',
        contactId: pair.own.contactId,
        got: no ? [] : [pair.addresses.own],
      });
    }
  });

  test('stays in doubt under the one contact, and is sent again only if a person asks and the gate allows it', async () => {
    for (const no of [false, true]) {
      const pair = await both();
      const { journeyId, send } = await treated('dot', 'drop', pair.other);
      expect(send.status).toBe('unknown');
      await merge(pair);
      expect(await sendOf(journeyId)).toMatchObject({ status: 'unknown', contactId: pair.own.contactId });
      if (no)
        await addSuppression(engine.db, { address: { email: pair.addresses.other }, scope: 'everything', at: now() });
      await again(send.id, journeyId);
      expect({ status: (await sendOf(journeyId)).status, got: gotBy(send.id) }).toEqual({
        status: no ? 'unknown' : 'accepted',
        got: [pair.addresses.other, ...(no ? [] : [pair.addresses.own])],
      });
    }
  });

  test('is in doubt as before when it was merged while it was being sent again', async () => {
    const pair = await both();
    const { journeyId, send } = await treated('dot', 'drop', pair.other);
    next = { moment: 'claimed', work: () => merge(pair) };
    await again(send.id, journeyId);
    await sweepSends(engine.db, turn, { now: now(), contactId: pair.own.contactId });
    expect(await sendOf(journeyId)).toMatchObject({ status: 'unknown', contactId: pair.own.contactId });
    expect(gotBy(send.id)).toEqual([pair.addresses.other]);
  });

  test('goes to whose journey it is again when the merge is taken back while it is on its way', async () => {
    const pair = await both();
    const watch = {
      id: 'watch',
      type: 'waitFor',
      event: 'page.viewed',
      timeout: '30d',
      onEvent: 'hello',
      onTimeout: 'done',
    };
    const version = await aSequence({ steps: [watch, ...STEPS] });
    const { journeyId } = await aJourney(engine.db, version, { who: pair.other, now: now() }, turn);
    const { mergeId } = await merge(pair);
    await ingest(engine.db, turn, anIncoming(pair.own.contactId, 'page.viewed', { at: now() }));
    await goOn(journeyId);
    expect(await sendOf(journeyId)).toMatchObject({ status: 'planned', contactId: pair.own.contactId });
    next = { moment: 'claimed', work: () => unmerge(engine.db, turn, { mergeId, by: 'rui', now: now() }) };
    await sendNext(journeyId);
    const { id, ...send } = await sendOf(journeyId);
    expect(send).toMatchObject({ status: 'accepted', contactId: pair.other.contactId });
    expect(gotBy(id)).toEqual([pair.addresses.other]);
  });
});
