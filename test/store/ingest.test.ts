import { transaction } from '../../src/store/db';
import { ingest, ingestIn } from '../../src/store/ingest';
import { takeTurn } from '../../src/store/turn';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, anIncoming, aWaitFor, ENDS, jobsIn, later, pokesIn, published, someone } from '../support/journeys';
import { SALES } from '../support/sales';
import { scoringRules } from '../support/scoring';

const database = testDatabase(20);
const deps = { rules: { ...SALES.rules, scoring: scoringRules() } };
const tell = (event: Parameters<typeof ingest>[2]) => ingest(database.db, deps, event);
const watching = (event: string, parts: object = {}) =>
  published(database.db, { steps: [aWaitFor(event), ...ENDS], ...parts });

describe('an idempotency key', () => {
  it('given twice is answered the same, and has one effect', async () => {
    const { contactId, leadId, journeyId } = await aJourney(database.db, await watching('mail.clicked'));
    const event = anIncoming(contactId, 'mail.clicked', { properties: { url: 'https://example.test' } });
    const first = await tell(event);
    const jobs = await jobsIn(database.db);
    const again = await tell({ ...event, at: later(DAY) }); // a caller that states no time gets another one
    expect(first).toMatchObject({ duplicate: false, pokes: [`journey:${journeyId}`] });
    expect(again).toEqual({ ...first, duplicate: true, pokes: [] });
    expect(await jobsIn(database.db)).toEqual(jobs);
    expect(await database.db.interaction.count({ where: { contactId } })).toBe(1);
    expect(await database.db.scoreEntry.findMany({ where: { leadId } })).toMatchObject([
      { rule: 'clicks', points: 10 },
    ]);
  });

  // INV-KEY-ONCE
  it('given twenty times at once has one effect', async () => {
    const { contactId, leadId } = await aJourney(database.db, await watching('mail.clicked'));
    const event = anIncoming(contactId, 'mail.clicked');
    const answers = await Promise.all(Array.from({ length: 20 }, () => tell(event)));
    expect(answers.filter(({ duplicate }) => !duplicate)).toHaveLength(1);
    expect(new Set(answers.map(({ interactionId }) => interactionId)).size).toBe(1);
    expect(await database.db.scoreEntry.count({ where: { leadId } })).toBe(1);
  });

  it.each([
    ['another type', { type: 'page.viewed' }],
    ['other properties', { properties: { url: 'elsewhere' } }],
  ])('with %s is refused, and nothing changes', async (_name, other) => {
    const { contactId } = await someone(database.db);
    const event = anIncoming(contactId, 'mail.clicked');
    await tell(event);
    const jobs = await jobsIn(database.db);
    await expect(tell({ ...event, ...other })).rejects.toMatchObject({ code: 'VIV_IDEMPOTENCY_CONFLICT' });
    expect(await database.db.interaction.findMany({ where: { contactId } })).toMatchObject([{ type: 'mail.clicked' }]);
    expect(await jobsIn(database.db)).toEqual(jobs);
  });

  it('of another contact is refused', async () => {
    const [one, other] = [await someone(database.db), await someone(database.db)];
    const event = anIncoming(one.contactId, 'mail.clicked');
    await tell(event);
    await expect(tell({ ...event, contactId: other.contactId })).rejects.toMatchObject({
      code: 'VIV_IDEMPOTENCY_CONFLICT',
    });
  });
});

describe('an event', () => {
  it('wakes the journeys of its contact that asked for it, and nobody else', async () => {
    const [clicks, views] = [await watching('mail.clicked'), await watching('page.viewed')];
    const [ana, bia] = [await aJourney(database.db, clicks), await aJourney(database.db, clicks)];
    const carla = await aJourney(database.db, views);
    const { pokes } = await tell(anIncoming(ana.contactId, 'mail.clicked'));
    expect(pokes).toEqual([`journey:${ana.journeyId}`]);
    expect((await tell(anIncoming(carla.contactId, 'mail.clicked'))).pokes).toEqual([]);
    const woken = await pokesIn(database.db);
    expect(woken.filter((id) => id === `journey:${ana.journeyId}`)).toHaveLength(1);
    expect(woken).not.toContain(`journey:${bia.journeyId}`);
    expect(woken).not.toContain(`journey:${carla.journeyId}`);
  });

  it('wakes a journey for its goal and its exits at any moment', async () => {
    const version = await published(database.db, {
      goal: { name: 'called', on: 'call.requested' },
      exits: [{ name: 'gone', on: 'mail.unsubscribed' }],
      steps: [
        { id: 'pause', type: 'wait', for: '9d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { contactId, journeyId } = await aJourney(database.db, version);
    for (const type of ['call.requested', 'mail.unsubscribed'])
      expect((await tell(anIncoming(contactId, type))).pokes).toEqual([`journey:${journeyId}`]);
    expect((await tell(anIncoming(contactId, 'page.viewed'))).pokes).toEqual([]);
  });

  it('wakes a journey whose exit is a condition exactly when it makes it hold', async () => {
    const exits = [{ name: 'keen', when: { did: 'page.viewed', atLeast: 2 } }];
    const { contactId, journeyId } = await aJourney(database.db, await watching('never.seen', { exits }));
    const pokes = [];
    for (const at of [1, 2, 3]) pokes.push((await tell(anIncoming(contactId, 'page.viewed', { at: later(at) }))).pokes);
    expect(pokes).toEqual([[], [`journey:${journeyId}`], [`journey:${journeyId}`]]);
  });

  it('wakes a journey no more when its wait is over', async () => {
    const version = await published(database.db, {
      steps: [
        { id: 'watch', type: 'waitFor', event: 'mail.clicked', timeout: '1d' },
        { id: 'pause', type: 'wait', for: '9d' },
        { id: 'done', type: 'end' },
      ],
    });
    const { contactId, journeyId } = await aJourney(database.db, version);
    await transaction(database.db, (tx) => takeTurn(tx, deps, { journeyId, turn: 1, now: later(DAY) }));
    expect((await tell(anIncoming(contactId, 'mail.clicked', { at: later(DAY) }))).pokes).toEqual([]);
  });

  it('enters its contact into the sequences that it opens, with the lead it names', async () => {
    const version = await published(database.db, {
      enter: { on: 'webinar.seen', where: { fact: 'contact.locale', is: 'en' } },
      steps: [aWaitFor('page.viewed'), ...ENDS],
    });
    const [ana, bia] = [await someone(database.db, { locale: 'en' }), await someone(database.db, { locale: 'pt-BR' })];
    const event = anIncoming(ana.contactId, 'webinar.seen', { leadId: ana.leadId });
    await tell(event);
    await tell(event);
    await tell(anIncoming(bia.contactId, 'webinar.seen', { leadId: bia.leadId }));
    const journeys = await database.db.journey.findMany({ where: { sequence: version.sequence } });
    expect(journeys).toMatchObject([{ contactId: ana.contactId, leadId: ana.leadId }]);
    const starts = (await jobsIn(database.db)).filter(({ payload }) => payload.journeyId === journeys[0]?.id);
    expect(starts).toMatchObject([{ task: 'start_journey' }]);
  });

  it('that enters a sequence is not seen by its first wait', async () => {
    const version = await published(database.db, {
      enter: { on: 'demo.asked' },
      steps: [aWaitFor('demo.asked'), ...ENDS],
    });
    const { contactId } = await someone(database.db);
    await tell(anIncoming(contactId, 'demo.asked'));
    const journeys = await database.db.journey.findMany({ where: { sequence: version.sequence } });
    expect(journeys).toMatchObject([{ status: 'running', stepId: 'watch' }]);
  });

  it('of nobody on record is refused', async () => {
    const contactId = '0193b6a0-0000-7000-8000-00000000dead';
    await expect(tell(anIncoming(contactId, 'page.viewed'))).rejects.toMatchObject({ code: 'VIV_CONTACT_UNKNOWN' });
  });

  it('whose properties make no sense changes nothing', async () => {
    const { contactId } = await aJourney(database.db, await watching('purchase'));
    const jobs = await jobsIn(database.db);
    await expect(tell(anIncoming(contactId, 'purchase', { properties: { amount: 'much' } }))).rejects.toMatchObject({
      code: 'VIV_BODY_INVALID',
    });
    expect(await database.db.interaction.count({ where: { contactId } })).toBe(0);
    expect(await jobsIn(database.db)).toEqual(jobs);
  });

  // INV-OUTBOX-COMMITS
  it('is recorded with its scores and jobs exactly if the caller’s transaction commits', async () => {
    const { contactId, leadId } = await aJourney(database.db, await watching('mail.clicked'));
    const jobs = await jobsIn(database.db);
    const event = anIncoming(contactId, 'mail.clicked');
    const work = transaction(database.db, async (tx) => {
      expect((await ingestIn(tx, deps, event)).pokes).toHaveLength(1);
      throw new Error('the caller changes its mind');
    });
    await expect(work).rejects.toThrow('the caller changes its mind');
    expect(await database.db.interaction.count({ where: { contactId } })).toBe(0);
    expect(await database.db.scoreEntry.count({ where: { leadId } })).toBe(0);
    expect(await jobsIn(database.db)).toEqual(jobs);
    expect(await tell(event)).toMatchObject({ duplicate: false });
  });
});

test('events of one contact that come at once get their numbers in the order in which they are committed', async () => {
  const { contactId } = await someone(database.db);
  const seen: number[] = [];
  await Promise.all(
    Array.from({ length: 40 }, () =>
      transaction(database.db, async (tx) => {
        const { seq } = await ingestIn(tx, deps, anIncoming(contactId, 'page.viewed', { at: MONDAY }));
        seen.push(seq); // still under the lock
      }),
    ),
  );
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
});
