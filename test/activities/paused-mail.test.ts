import { pauseText } from '../../src/domain/pause/holding';
import type { PauseMode } from '../../src/domain/pause/pause';
import { transaction } from '../../src/store/db';
import { ingest } from '../../src/store/ingest';
import { beginPause } from '../../src/store/pauses';
import { endPause } from '../../src/store/resume';
import { storyOf } from '../../src/store/story';
import { takeTurn } from '../../src/store/turn';
import { HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { anIncoming, later } from '../support/journeys';
import { aMailing, MAILING, type Mailing, requestOf, sendMail, testMailServing } from '../support/mailing';

const database = testDatabase();
const post = testMailServing(database);
const { serve } = post;
afterEach(async () => {
  await database.db.pause.deleteMany();
});

const begin = async (mode: PauseMode, now = MONDAY) => {
  const target = { type: 'everything' } as const;
  return (await beginPause(database.db, { target, mode, reason: 'wrong prices', by: 'ana', now })).pause;
};
const resume = (pauseId: string, now: number) => endPause(database.db, { pauseId, by: 'ana', now, perMinute: 60 });
const take = (journeyId: string, turn: number, now: number) =>
  transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn, now }));
const sendOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const rowOf = ({ journeyId }: Mailing) => database.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
const told = async ({ journeyId }: Mailing) => {
  const rows = await database.db.decision.findMany({ where: { journeyId }, orderBy: { seq: 'asc' } });
  return rows.slice(1).map(({ kind, outcome }) => `${kind} ${outcome}`);
};

describe('a pause that begins after the turn that asked for a mail', () => {
  it.each(['freeze', 'elapse'] as const)(
    'and is to %s holds it, and the same send goes after the resume',
    async (mode) => {
      await serve();
      const mailing = await aMailing(database.db);
      const pause = await begin(mode);
      expect(await sendMail(post.deps, mailing)).toEqual({
        turn: 2,
        move: { type: 'await', stepId: 'first', until: null },
        status: 'paused',
      });
      expect(post.server.messages).toEqual([]);
      expect(await sendOf(mailing)).toMatchObject({ status: 'deferred', reason: pauseText(pause), attempts: 0 });
      expect(await rowOf(mailing)).toMatchObject({ heldBy: pause.id, stepId: 'first' });
      expect(await take(mailing.journeyId, 2, later(HOUR))).toMatchObject({ move: { until: null }, status: 'paused' });

      await resume(pause.id, later(2 * HOUR));
      await take(mailing.journeyId, 3, later(2 * HOUR));
      const request = await requestOf(database.db, mailing.journeyId, later(2 * HOUR));
      expect(request).toMatchObject({ key: mailing.request.key, turn: 4 });
      await sendMail(post.deps, { request });
      expect(post.server.messages).toHaveLength(1);
      expect(await sendOf(mailing)).toMatchObject({ status: 'accepted', attempts: 1 });
      expect(await rowOf(mailing)).toMatchObject({ heldBy: null, stepId: 'rest' });
      expect(await told(mailing)).toEqual([
        'defer deferred',
        'pause held',
        'pause resumed',
        'send accepted',
        'wait waits',
      ]);
    },
  );

  it('is told once in the story, as the hold', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const pause = await begin('freeze');
    await sendMail(post.deps, mailing);
    const { entries } = await storyOf(database.db, { id: mailing.contactId });
    const told = entries.filter(({ sequence }) => sequence !== null).map(({ what, reason }) => `${what} — ${reason}`);
    expect(told.slice(1)).toEqual([`journey held — ${pauseText(pause)}`]);
  });

  it('and is to skip drops it, says why, and it is never sent', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    const pause = await begin('skip');
    expect(await sendMail(post.deps, mailing)).toMatchObject({ turn: 2, move: { type: 'await', stepId: 'rest' } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'skipped', reason: pauseText(pause) });
    await resume(pause.id, later(HOUR));
    await sendMail(post.deps, mailing);
    expect(post.server.messages).toEqual([]);
    expect(await told(mailing)).toEqual(['skip skipped', 'wait waits']);
  });

  it('holds it also when the request is an older one that is tried again', async () => {
    await serve();
    const mailing = await aMailing(database.db);
    await begin('freeze', later(HOUR));
    expect(await sendMail(post.deps, mailing)).toMatchObject({
      move: { type: 'await', until: null },
      status: 'paused',
    });
    expect(post.server.messages).toEqual([]);
  });

  it('does not call back what is on its way to the server; the step behind it is held', async () => {
    const hooks = { at: async (moment: string) => void (moment === 'claimed' && (await begin('elapse'))) };
    await serve([], { hooks });
    const mailing = await aMailing(database.db);
    expect(await sendMail(post.deps, mailing)).toEqual({
      turn: 2,
      move: { type: 'await', stepId: 'rest', until: null },
      status: 'paused',
    });
    expect(post.server.messages).toHaveLength(1);
    expect(await sendOf(mailing)).toMatchObject({ status: 'accepted' });
    expect(await told(mailing)).toEqual(['send accepted', 'pause held']);
  });

  it('is outweighed by a goal that holds: the journey ends', async () => {
    await serve();
    const mailing = await aMailing(database.db, { parts: { goal: { name: 'bought', on: 'purchase' } } });
    await begin('freeze');
    const properties = { reference: mailing.journeyId, amount: 5 };
    await ingest(database.db, MAILING, anIncoming(mailing.contactId, 'purchase', { properties }));
    expect(await sendMail(post.deps, mailing)).toMatchObject({ move: { type: 'end', outcome: 'goal' } });
    expect(await sendOf(mailing)).toMatchObject({ status: 'skipped' });
  });
});

it('a mail that the server had put off is dropped by a skip when it falls due again, and its send says so', async () => {
  await serve([{ MAIL: '451 4.3.0 later' }]);
  const mailing = await aMailing(database.db);
  const turn = await sendMail(post.deps, mailing);
  const until = turn.move.type === 'await' ? (turn.move.until ?? 0) : 0;
  expect(await sendOf(mailing)).toMatchObject({ status: 'deferred' });
  const pause = await begin('skip');
  expect(await take(mailing.journeyId, 2, until)).toMatchObject({ move: { type: 'await', stepId: 'rest' } });
  expect(await sendOf(mailing)).toMatchObject({
    status: 'skipped',
    reason: pauseText(pause),
    settledAt: new Date(until),
  });
});
