import { SAME_STEPS, type StepMap } from '../../src/domain/change/step-map';
import { deliverySchema } from '../../src/domain/delivery/rules';
import { countPlaces, pageOfJourneys } from '../../src/store/change-places';
import { findNumbered } from '../../src/store/change-versions';
import { transaction } from '../../src/store/db';
import { migrateJourney } from '../../src/store/migrate-journeys';
import type { SequenceVersion } from '../../src/store/sequences';
import { type TurnDeps, takeTurn } from '../../src/store/turn';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { aJourney, interestsOf, published } from '../support/journeys';
import { SALES } from '../support/sales';

const context = testDatabase();
const done = { id: 'done', type: 'end' };
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });

/** Two versions of one sequence. */
async function versions(first: object, second: object) {
  const from = await published(context.db, { steps: [], ...first });
  const to = await published(context.db, { steps: [], ...second, sequence: from.sequence });
  return { from, to };
}

const ask = (
  journeyId: string,
  to: SequenceVersion,
  {
    map,
    turn = 1,
    now = MONDAY + DAY,
    deps = SALES,
  }: { readonly map?: Partial<StepMap>; readonly turn?: number; readonly now?: number; readonly deps?: TurnDeps } = {},
) =>
  transaction(context.db, (tx) =>
    migrateJourney(tx, deps, { journeyId, toVersionId: to.id, map: { ...SAME_STEPS, ...map }, turn, now }),
  );

const rowOf = (journeyId: string) => context.db.journey.findUniqueOrThrow({ where: { id: journeyId } });
const decisionsOf = (journeyId: string) =>
  context.db.decision.findMany({
    where: { journeyId },
    orderBy: { seq: 'asc' },
    select: { kind: true, outcome: true, reason: true },
  });

test('a mail that is due at once under the new version goes out under the limit that is declared for it', async () => {
  const mail = { id: 'hello', type: 'mail', template: 'hello' };
  const { from, to } = await versions(
    { steps: [wait('rest', '9d'), mail, done] },
    { steps: [wait('rest', '1d'), mail, done] },
  );
  const { journeyId } = await aJourney(context.db, from);
  const deps = { rules: { ...SALES.rules, delivery: deliverySchema.parse({ provider: { perSecond: 9 } }) } };
  expect(await ask(journeyId, to, { deps })).toMatchObject({
    turn: { move: { type: 'perform', stepId: 'hello', effect: { type: 'mail', route: { lane: 'mail' } } } },
  });
});

test('a deferred mail goes out as the new version has it, and its send says so', async () => {
  const mail = (parts: object) => ({ id: 'hello', type: 'mail', ...parts });
  const variants = (...names: readonly string[]) => ({
    variants: names.map((name) => ({ name, template: `to-${name}` })),
  });
  const { from, to } = await versions(
    { steps: [mail(variants('old', 'older')), done] },
    { steps: [mail({ ...variants('new', 'newer'), purpose: 'transactional' }), done] },
  );
  const { journeyId } = await aJourney(context.db, from);
  const until = MONDAY + 2 * DAY;
  const outcome = { effect: 'mail', status: 'deferred', until, reason: 'quiet hours' } as const;
  await transaction(context.db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 1, now: MONDAY, outcome }));
  await context.db.send.updateMany({ where: { journeyId }, data: { status: 'deferred' } }); // as the activity writes it
  await ask(journeyId, to, { turn: 2 });
  const { move } = await transaction(context.db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 3, now: until }));
  const { variant } = move.type === 'perform' && move.effect.type === 'mail' ? move.effect : {};
  expect(await context.db.send.findFirst({ where: { journeyId } })).toMatchObject({
    variant,
    template: `to-${variant}`,
    purpose: 'transactional',
  });
  const said = (await decisionsOf(journeyId)).filter(({ kind }) => kind === 'experiment');
  expect(said.map(({ outcome: chosen }) => chosen)).toEqual([expect.stringMatching(/^old/), variant]);
});

test('a journey that calls people under the new version says so', async () => {
  const call = { id: 'call', type: 'task', kind: 'call', title: 'Ask', due: '2d' };
  const { from, to } = await versions(
    { steps: [wait('rest', '9d'), call, done] },
    { steps: [wait('rest', '1d'), call, done] },
  );
  const { journeyId } = await aJourney(context.db, from);
  expect(await ask(journeyId, to)).toMatchObject({ turn: { status: 'task' } });
});

test('a journey moves with its wait credited, its interests and its decision', async () => {
  const { from, to } = await versions(
    { steps: [wait('rest', '2d'), done], goal: { name: 'bought', on: 'purchase' } },
    { steps: [wait('pause', '5d'), done], exits: [{ name: 'left', on: 'mail.unsubscribed' }] },
  );
  const { journeyId } = await aJourney(context.db, from);
  const answer = await ask(journeyId, to, { map: { steps: { rest: 'pause' } } });
  expect(answer).toEqual({
    type: 'moved',
    version: to.version,
    turn: { turn: 2, move: { type: 'await', stepId: 'pause', until: MONDAY + 5 * DAY } },
    reason: 'at rest → pause, credited 1d',
    kind: 'to pause, credited',
    creditedMs: DAY,
  });
  expect(await rowOf(journeyId)).toMatchObject({
    versionId: to.id,
    turn: 2,
    stepId: 'pause',
    dueAt: new Date(MONDAY + 5 * DAY),
    status: 'running',
  });
  expect(await interestsOf(context.db, journeyId)).toEqual([{ eventType: 'mail.unsubscribed', kind: 'exit' }]);
  expect((await decisionsOf(journeyId)).at(-1)).toEqual({
    kind: 'migrate',
    outcome: 'version 2',
    reason: 'from version 1 to 2: at rest → pause, credited 1d',
  });
});

test('asked again it answers the turn that it holds, and nothing is written', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('rest', '3d'), done] });
  const { journeyId } = await aJourney(context.db, from);
  const first = await ask(journeyId, to);
  const before = [await rowOf(journeyId), await decisionsOf(journeyId)];
  const again = await ask(journeyId, to);
  expect(again).toMatchObject({ type: 'moved', reason: 'had moved before' });
  expect(again).toMatchObject({ turn: first.type === 'moved' ? first.turn : undefined });
  expect([await rowOf(journeyId), await decisionsOf(journeyId)]).toEqual(before);
});

test('one that cannot move is left as it is', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('pause', '3d'), done] });
  const { journeyId } = await aJourney(context.db, from);
  const before = [await rowOf(journeyId), await decisionsOf(journeyId)];
  expect(await ask(journeyId, to)).toEqual({
    type: 'stays',
    reason: 'step "rest" is gone',
    fix: 'map it: steps: { rest: pause }, or { rest: end } to end it',
  });
  expect([await rowOf(journeyId), await decisionsOf(journeyId)]).toEqual(before);
});

test('a turn that is not the newest moves nothing, nor does a version of another sequence', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('rest', '3d'), done] });
  const other = await published(context.db, { steps: [done] });
  const { journeyId } = await aJourney(context.db, from);
  await expect(ask(journeyId, to, { turn: 0 })).rejects.toMatchObject({ code: 'VIV_TURN_STALE' });
  await expect(ask(journeyId, other)).rejects.toMatchObject({ code: 'VIV_NOT_FOUND' });
  expect(await rowOf(journeyId)).toMatchObject({ versionId: from.id, turn: 1 });
});

test('the map ends a journey, and an exit that holds in the new version ends it, too', async () => {
  const { from, to } = await versions(
    { steps: [wait('rest', '2d'), done] },
    { steps: [wait('rest', '2d'), done], exits: [{ name: 'cold', when: { fact: 'contact.locale', exists: true } }] },
  );
  const [mapped, left] = [await aJourney(context.db, from), await aJourney(context.db, from)];
  expect(await ask(mapped.journeyId, to, { map: { steps: { rest: 'end' } } })).toMatchObject({
    type: 'moved',
    turn: { move: { type: 'end', outcome: 'removed' } },
  });
  await ask(left.journeyId, to);
  expect(await rowOf(mapped.journeyId)).toMatchObject({ status: 'ended', outcome: 'removed', versionId: to.id });
  expect(await rowOf(left.journeyId)).toMatchObject({ status: 'ended', outcome: 'cold', versionId: to.id });
  expect(await interestsOf(context.db, left.journeyId)).toEqual([]);
});

test('what is due at once is decided with the move: a send is planned', async () => {
  const steps = (time: string) => ({
    steps: [wait('rest', time), { id: 'offer', type: 'mail', template: 'hello' }, done],
  });
  const { from, to } = await versions(steps('2d'), steps('1h'));
  const { journeyId } = await aJourney(context.db, from);
  expect(await ask(journeyId, to)).toMatchObject({ turn: { move: { type: 'perform', stepId: 'offer' } } });
  expect(await context.db.send.findMany({ where: { journeyId } })).toMatchObject([
    { stepId: 'offer', status: 'planned' },
  ]);
});

test('of a migration and a turn that race, one comes first and the other sees it', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('rest', '3d'), done] });
  for (let round = 0; round < 5; round += 1) {
    const { journeyId } = await aJourney(context.db, from);
    const [migration] = await Promise.allSettled([
      ask(journeyId, to),
      transaction(context.db, (tx) => takeTurn(tx, SALES, { journeyId, turn: 1, now: MONDAY + HOUR })),
    ]);
    const row = await rowOf(journeyId);
    expect([row.versionId, row.turn]).toEqual([migration.status === 'fulfilled' ? to.id : from.id, 2]);
  }
});

test('journeys under way are counted by version and step, and paged', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('rest', '3d'), done] });
  const ids = [];
  for (let count = 0; count < 3; count += 1) ids.push((await aJourney(context.db, from)).journeyId);
  await ask(ids[0] ?? '', to);
  const { sequence } = from;
  expect(await countPlaces(context.db, sequence)).toEqual([
    { version: 1, versionId: from.id, stepId: 'rest', running: 2 },
    { version: 2, versionId: to.id, stepId: 'rest', running: 1 },
  ]);
  const [first, ...rest] = ids.slice(1).toSorted();
  const [page] = await pageOfJourneys(context.db, {
    version: from,
    after: '00000000-0000-0000-0000-000000000000',
    limit: 1,
  });
  expect(page?.id).toBe(first);
  const behind = await pageOfJourneys(context.db, { version: from, after: first ?? '', limit: 10 });
  expect(behind.map(({ id }) => id)).toEqual(rest);
});

test('a version is found by its number', async () => {
  const { from, to } = await versions({ steps: [wait('rest', '2d'), done] }, { steps: [wait('rest', '3d'), done] });
  const { sequence } = from;
  expect((await findNumbered(context.db, sequence, 2)).id).toBe(to.id);
  await expect(findNumbered(context.db, sequence, 3)).rejects.toMatchObject({
    code: 'VIV_VERSION_UNKNOWN',
    message: expect.stringMatching(/has no version 3\. Published: 1, 2\./),
  });
  await expect(findNumbered(context.db, 'none', 1)).rejects.toMatchObject({ code: 'VIV_SEQUENCE_UNKNOWN' });
});
