import { newId } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { decideExperiments, listExperiments } from '../../src/store/experiments';
import { readJourney } from '../../src/store/journeys';
import { findNewest, publish, type SequenceVersion } from '../../src/store/sequences';
import { runSweep } from '../../src/store/sweep';
import { factsFor, takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, published } from '../support/journeys';
import { SALES } from '../support/sales';

const database = testDatabase();
const LATER = MONDAY + 10 * DAY;
const mail = (names: readonly string[], by = 'clicks') => ({
  id: 'hello',
  type: 'mail',
  variants: names.map((name) => ({ name, template: `hello-${name}` })),
  winner: { by, after: 10, within: '2d' },
});
const steps = (names: readonly string[] = ['plain', 'bold'], by?: string) => [
  mail(names, by),
  { id: 'done', type: 'end' },
];
const aSequence = (names?: readonly string[], by?: string) => published(database.db, { steps: steps(names, by) });

interface Sent {
  readonly variant: string;
  readonly count: number;
  readonly successes: number;
  readonly by?: 'clicks' | 'goal';
  readonly at?: number;
  /** From the mail to the success. */
  readonly after?: number;
}

/** Mails of one variant, to as many contacts; some of them did what counts. */
async function sent({ sequence, id: versionId }: SequenceVersion, o: Sent): Promise<void> {
  const { db } = database;
  const { variant, at = MONDAY, after = HOUR, by = 'clicks' } = o;
  const people = Array.from({ length: o.count }, (_, n) => ({
    contactId: newId(),
    journeyId: newId(),
    sendId: newId(),
    does: n < o.successes,
  }));
  await db.contact.createMany({
    data: people.map(({ contactId: id }) => ({
      id,
      email: `${id}@example.test`,
      locale: 'en',
      createdAt: new Date(0),
    })),
  });
  await db.journey.createMany({
    data: people.map(({ contactId, journeyId: id, does }) => ({
      id,
      contactId,
      sequence,
      versionId,
      status: 'ended',
      lastTurn: {},
      enteredAt: new Date(at),
      endedAt: new Date(at + after),
      outcome: by === 'goal' && does ? 'goal' : 'completed',
    })),
  });
  await db.send.createMany({
    data: people.map(({ contactId, journeyId, sendId: id }) => ({
      id,
      contactId,
      journeyId,
      stepId: 'hello',
      recipient: 'x',
      purpose: 'marketing',
      template: variant,
      variant,
      status: 'accepted',
      messageId: id,
      plannedAt: new Date(at),
      settledAt: new Date(at),
    })),
  });
  if (by === 'clicks')
    await db.interaction.createMany({
      data: people
        .filter(({ does }) => does)
        .map(({ contactId, journeyId, sendId }) => ({
          id: newId(),
          contactId,
          journeyId,
          type: 'mail.clicked',
          at: new Date(at + after),
          properties: { sendId },
          idempotencyKey: newId(),
        })),
    });
}
const listed = async ({ sequence }: SequenceVersion, now = LATER) => {
  const [experiment] = await listExperiments(database.db, { now, sequence });
  return experiment;
};
const decide = ({ sequence }: SequenceVersion, now = LATER) => decideExperiments(database.db, { now, sequence });

describe('an experiment', () => {
  it('counts accepted mails whose recipients have had their time, and clicks within it', async () => {
    const version = await aSequence();
    await sent(version, { variant: 'plain', count: 12, successes: 3 });
    await sent(version, { variant: 'plain', count: 5, successes: 5, after: 3 * DAY });
    await sent(version, { variant: 'plain', count: 5, successes: 5, at: LATER - DAY });
    await sent(version, { variant: 'gone', count: 5, successes: 5 });
    expect(await listed(version)).toMatchObject({
      sequence: version.sequence,
      stepId: 'hello',
      counts: [
        { variant: 'plain', sent: 17, successes: 3 },
        { variant: 'bold', sent: 0, successes: 0 },
      ],
      decided: undefined,
      reason: 'bold has 0 of at least 10 mails',
    });
  });

  it('may count who reached the goal', async () => {
    const version = await aSequence(undefined, 'goal');
    await sent(version, { variant: 'bold', count: 12, successes: 7, by: 'goal' });
    await sent(version, { variant: 'plain', count: 12, successes: 9, by: 'goal', after: 5 * DAY });
    expect((await listed(version))?.counts).toEqual([
      { variant: 'plain', sent: 12, successes: 0 },
      { variant: 'bold', sent: 12, successes: 7 },
    ]);
  });

  it('is decided once, and stays so', async () => {
    const version = await aSequence();
    await sent(version, { variant: 'plain', count: 60, successes: 5 });
    await sent(version, { variant: 'bold', count: 60, successes: 30 });
    const answers = await Promise.all(Array.from({ length: 4 }, () => decide(version)));
    expect(answers.flat()).toMatchObject([{ stepId: 'hello', decided: { winner: 'bold', decidedAt: LATER } }]);
    await sent(version, { variant: 'plain', count: 600, successes: 600 });
    expect(await decide(version)).toEqual([]);
    const { decided, reason } = (await listed(version)) ?? {};
    expect(decided).toMatchObject({ winner: 'bold' });
    expect(reason).toContain('bold 50 % (30 of 60) against plain 8.3 % (5 of 60)');
  });

  it('is decided by the daily sweep', async () => {
    await decideExperiments(database.db, { now: LATER }); // those of the tests above
    const version = await aSequence();
    await sent(version, { variant: 'plain', count: 60, successes: 5 });
    await sent(version, { variant: 'bold', count: 60, successes: 30 });
    expect(await runSweep(database.db, SALES, { now: LATER })).toMatchObject({ decided: 1 });
    expect(await runSweep(database.db, SALES, { now: LATER + DAY })).toMatchObject({ decided: 0 });
  });
});

describe('what has won', () => {
  const aVersion = async (names: readonly string[], sequence: string): Promise<SequenceVersion> => {
    const definition = { sequence, title: 'T', audience: 'lead', enter: {}, steps: steps(names) };
    await publish(database.db, { definition: JSON.parse(JSON.stringify(definition)), source: '', now: MONDAY });
    return transaction(database.db, (tx) => findNewest(tx, sequence));
  };
  const variantOf = async (version: SequenceVersion) => {
    const { journeyId } = await aJourney(database.db, version);
    const send = await database.db.send.findFirstOrThrow({ where: { journeyId } });
    return { journeyId, variant: send.variant, template: send.template };
  };

  it('is sent to everyone who comes to the step from then on, and a decision says so', async () => {
    const version = await aSequence();
    await sent(version, { variant: 'plain', count: 60, successes: 5 });
    await sent(version, { variant: 'bold', count: 60, successes: 30 });
    await decide(version);
    for (let n = 0; n < 6; n += 1) {
      const { journeyId, ...send } = await variantOf(version);
      expect(send).toEqual({ variant: 'bold', template: 'hello-bold' });
      const { reason } = await database.db.decision.findFirstOrThrow({ where: { journeyId, kind: 'experiment' } });
      expect(reason).toBe('it has won the comparison');
    }
  });

  it('is ignored by a version that has no such variant, where another one may win', async () => {
    const sequence = `s${newId()}`;
    const first = await aVersion(['plain', 'bold'], sequence);
    await sent(first, { variant: 'plain', count: 60, successes: 5 });
    await sent(first, { variant: 'bold', count: 60, successes: 30 });
    await decide(first);
    const second = await aVersion(['plain', 'short'], sequence);
    expect(await listed(second)).toMatchObject({ decided: undefined, reason: 'short has 0 of at least 10 mails' });
    const seen = new Set<string | null>();
    for (let n = 0; n < 20; n += 1) seen.add((await variantOf(second)).variant);
    expect(seen).toEqual(new Set(['plain', 'short']));
    await sent(second, { variant: 'short', count: 80, successes: 60 });
    expect(await decide(second)).toMatchObject([{ decided: { winner: 'short' } }]);
    expect((await variantOf(second)).variant).toBe('short');
  });

  it('is not sent in place of a variant that was chosen before, and deferred', async () => {
    const version = await aSequence();
    const { db } = database;
    let { journeyId, variant } = await variantOf(version);
    while (variant !== 'plain') ({ journeyId, variant } = await variantOf(version));
    const until = MONDAY + HOUR;
    const outcome = { effect: 'mail', status: 'deferred', until, reason: 'quiet hours' } as const;
    await transaction(db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 1, now: MONDAY, outcome }));
    await sent(version, { variant: 'plain', count: 60, successes: 5 });
    await sent(version, { variant: 'bold', count: 60, successes: 30 });
    await decide(version);
    const { move } = await transaction(db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 2, now: until }));
    expect(move).toMatchObject({ effect: { variant: 'plain' } });
    expect(await db.decision.count({ where: { journeyId, kind: 'experiment' } })).toBe(1);
  });

  it('is not looked for where nothing is compared', async () => {
    const version = await published(database.db, {
      steps: [{ id: 'rest', type: 'wait', for: '1d' }, ...steps().slice(1)],
    });
    const { journeyId } = await aJourney(database.db, version);
    const facts = await transaction(database.db, async (tx) =>
      factsFor(tx, SALES, { journey: await readJourney(tx, journeyId), now: MONDAY }),
    );
    expect(facts).not.toHaveProperty('winners');
  });
});
