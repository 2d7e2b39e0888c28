import { createHandoffActivities, type HandoffActivities, type RepMailOutcome } from '../../src/activities/handoff';
import { createMailRep, type RepMail } from '../../src/activities/handoff-mail';
import type { Instant } from '../../src/domain/ids';
import { transaction } from '../../src/store/db';
import { answerHandoff, readHandoff } from '../../src/store/handoffs';
import { syncReps } from '../../src/store/reps';
import { DAY, HOUR, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { ROUTING } from '../support/routing';
import { anMql, SALES, type SoldLead } from '../support/sales';

const context = testDatabase();
beforeAll(() => syncReps(context.db, ROUTING));

interface Sales {
  readonly activities: HandoffActivities;
  /** Mails that went out, by send id. */
  readonly sent: ReadonlyMap<string, RepMail>;
}

/** Activities whose mails meet these outcomes in turn, and are taken after that. */
function salesWith(...outcomes: readonly RepMailOutcome[]): Sales {
  const sent = new Map<string, RepMail>();
  const left = [...outcomes];
  const mailRep = createMailRep({
    rules: SALES.rules,
    publicUrl: 'http://localhost',
    tokenFor: ({ handoffId, repId }) => `${handoffId}.${repId}`,
    deliver: async ({ sendId }, compose) => {
      const outcome = left.shift();
      if (outcome && outcome.status !== 'taken') return outcome;
      const mail = sent.has(sendId) ? null : await transaction(context.db, compose);
      if (mail) sent.set(sendId, mail);
      return { status: 'taken' };
    },
  });
  return { activities: createHandoffActivities({ db: context.db, turn: SALES, mailRep }), sent };
}

const offerOf = ({ handoffId, journeyId }: SoldLead) => ({ handoffId, journeyId, stepId: 'sell', now: MONDAY });
const answer = ({ handoffId }: SoldLead) =>
  transaction(context.db, (tx) =>
    answerHandoff(tx, SALES, { handoffId, action: 'recycle', reason: 'Ana has no budget', at: MONDAY + HOUR }),
  );
const stored = ({ handoffId }: SoldLead) => transaction(context.db, (tx) => readHandoff(tx, handoffId));
const mailsIn = ({ sent }: Sales) => [...sent.values()].map(({ template, recipient }) => [template, recipient]);

it('an offer tells the rep the story, the due time, and links of their own', async () => {
  const lead = await anMql(context.db, { team: 'hunters' });
  const sales = salesWith();
  expect(await sales.activities.offerHandoff(offerOf(lead))).toEqual({ type: 'wait', until: MONDAY + DAY });
  const { repId } = await stored(lead);
  const page = `http://localhost/h/${lead.handoffId}.${repId}`;
  expect([...sales.sent.values()]).toEqual([
    {
      handoffId: lead.handoffId,
      journeyId: lead.journeyId,
      stepId: 'sell',
      recipient: 'hugo@example.test',
      template: 'rep-handoff',
      locale: 'en',
      data: {
        rep: { name: 'Hugo' },
        lead: { name: 'Ana', offer: 'course', score: 0, grade: 'B', temperature: 'warm' },
        story: [],
        links: { accept: `${page}#accept`, reject: `${page}#reject`, recycle: `${page}#recycle` },
        dueText: 'Tue 6 Jan, 09:00 (America/Sao_Paulo)',
      },
    },
  ]);
});

it('an offer that is retried keeps its rep and sends no second mail', async () => {
  const lead = await anMql(context.db);
  const sales = salesWith();
  const first = await sales.activities.offerHandoff(offerOf(lead));
  expect(await sales.activities.offerHandoff(offerOf(lead))).toEqual(first);
  expect(sales.sent.size).toBe(1);
});

it('what is due is escalated with a mail to the manager, then expired', async () => {
  const lead = await anMql(context.db, { team: 'hunters' });
  const { handoffId } = lead;
  const sales = salesWith();
  const { activities } = sales;
  await activities.offerHandoff(offerOf(lead));
  const tend = (now: Instant) => activities.tendHandoff({ handoffId, now });
  expect(await tend(MONDAY + DAY - 1)).toEqual({ type: 'wait', until: MONDAY + DAY });
  expect(await tend(MONDAY + DAY)).toEqual({ type: 'wait', until: MONDAY + 2 * DAY });
  expect(mailsIn(sales)).toEqual([
    ['rep-handoff', 'hugo@example.test'],
    ['rep-escalation', 'helena@example.test'],
  ]);
  expect(await tend(MONDAY + 2 * DAY)).toMatchObject({ type: 'done', outcome: { status: 'expired' } });
});

it('a mail that is deferred is tried again at its time, and never after the handoff is due', async () => {
  const lead = await anMql(context.db);
  const late = [
    { status: 'deferred', until: MONDAY + HOUR } as const,
    { status: 'deferred', until: MONDAY + 9 * DAY } as const,
  ];
  const { activities, sent } = salesWith(...late);
  const { handoffId } = lead;
  expect(await activities.offerHandoff(offerOf(lead))).toEqual({ type: 'wait', until: MONDAY + HOUR });
  expect(await activities.tendHandoff({ handoffId, now: MONDAY + HOUR })).toEqual({
    type: 'wait',
    until: MONDAY + DAY,
  });
  expect(sent.size).toBe(0);
});

it('a mail that is refused passes the handoff to the manager at once, with its reason', async () => {
  const { db } = context;
  const lead = await anMql(db, { team: 'hunters' });
  const sales = salesWith({ status: 'refused', reason: '550 no such user' });
  expect(await sales.activities.offerHandoff(offerOf(lead))).toEqual({ type: 'wait', until: MONDAY + DAY });
  expect(mailsIn(sales)).toEqual([['rep-escalation', 'helena@example.test']]);
  const { contactId } = lead;
  const decision = await db.decision.findFirstOrThrow({ where: { contactId, outcome: 'escalated' } });
  expect(decision.reason).toBe('the mail to the rep was refused: 550 no such user');
});

it('a mail to the manager that is refused leaves the handoff waiting for its rep', async () => {
  const lead = await anMql(context.db);
  const refused = { status: 'refused', reason: '550' } as const;
  const { activities } = salesWith(refused, refused);
  expect(await activities.offerHandoff(offerOf(lead))).toEqual({ type: 'wait', until: MONDAY + DAY });
  expect((await stored(lead)).status).toBe('escalated');
});

it('an answer is told without the words of whoever gave it', async () => {
  const lead = await anMql(context.db);
  const { activities } = salesWith();
  await activities.offerHandoff(offerOf(lead));
  await answer(lead);
  const { handoffId } = lead;
  const next = await activities.readHandoffNext({ handoffId, now: MONDAY + HOUR, until: MONDAY + DAY });
  expect(next).toEqual({
    type: 'done',
    outcome: { effect: 'handoff', status: 'recycled', reason: 'sales gave the lead back for nurturing' },
  });
  expect(await activities.tendHandoff({ handoffId, now: MONDAY + 3 * DAY })).toEqual(next);
});

it('a handoff that is read too early waits on, and is tended when its time has come', async () => {
  const lead = await anMql(context.db);
  const { activities } = salesWith();
  await activities.offerHandoff(offerOf(lead));
  const { handoffId } = lead;
  const until = MONDAY + DAY;
  expect(await activities.readHandoffNext({ handoffId, now: until - 1, until })).toEqual({ type: 'wait', until });
  expect(await activities.readHandoffNext({ handoffId, now: until, until })).toEqual({ type: 'tend' });
});
