import type { LedgerMoment, MailDeps } from '../../src/activities/send-mail';
import { testDatabase } from '../support/database';
import { ofGroup } from '../support/groups';
import { enrolled } from '../support/journeys';
import { aMailing, type Mailing, mailDeps, sendMail } from '../support/mailing';
import { type ScriptedSmtp, scriptedSmtp } from '../support/scripted-smtp';

const database = testDatabase();
let server: ScriptedSmtp;
const opened: MailDeps[] = [];
beforeEach(async () => {
  server = await scriptedSmtp([]);
});
afterEach(async () => {
  await Promise.all(opened.splice(0).map(({ transport }) => transport.close()));
  await server.stop();
});

/** A worker that does something at a moment of its send. */
function workerWith(moment: LedgerMoment | undefined, work: () => Promise<void>): MailDeps {
  const deps = mailDeps(database.db, server.url, {
    hooks: { at: async (now) => (now === moment ? work() : undefined) },
  });
  opened.push(deps);
  return deps;
}
const aMailOfGroup = () => aMailing(database.db, { parts: { exclusive: { group: 'offers' } } });
async function takeOver({ contactId, leadId }: Mailing): Promise<void> {
  const version = await ofGroup(database.db, { whenBusy: 'takeOver', priority: 1 });
  expect(await enrolled(database.db, { contactId, leadId, version })).toMatchObject({ type: 'entered' });
}
const sendOf = ({ request }: Mailing) => database.db.send.findUniqueOrThrow({ where: { id: request.key } });
const END = { turn: 2, move: { type: 'end', outcome: 'taken-over' } };
const reason = expect.stringMatching(/^the journey is over: s\S+ takes over in the group offers$/);

describe('the mail of a journey that is taken over', () => {
  // INV-NO-MAIL-TAKEN-OVER
  it.each<LedgerMoment>(['begun', 'claimed'])('when its worker has %s does not leave', async (moment) => {
    const mailing = await aMailOfGroup();
    const deps = workerWith(moment, () => takeOver(mailing));
    expect(await sendMail(deps, mailing)).toEqual(END);
    expect(server.messages).toEqual([]);
    expect(await sendOf(mailing)).toMatchObject({ status: 'skipped', reason });
  });

  it('once it is on its way goes out, once, and is told as it was', async () => {
    const mailing = await aMailOfGroup();
    const deps = workerWith('dispatching', () => takeOver(mailing));
    expect(await sendMail(deps, mailing)).toEqual(END);
    expect(server.messages).toHaveLength(1);
    expect(await sendOf(mailing)).toMatchObject({ status: 'accepted' });
  });

  it('leaves when nobody takes over, so the tests above can fail', async () => {
    const mailing = await aMailOfGroup();
    expect(
      await sendMail(
        workerWith(undefined, async () => undefined),
        mailing,
      ),
    ).toMatchObject({ turn: 2 });
    expect(server.messages).toHaveLength(1);
  });
});
