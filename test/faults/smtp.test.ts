import fc from 'fast-check';
import type { MailDeps } from '../../src/activities/send-mail';
import { createTransport } from '../../src/mail/transport';
import { transaction } from '../../src/store/db';
import { listUncertain } from '../../src/store/sends';
import { takeTurn } from '../../src/store/turn';
import { testDatabase } from '../support/database';
import { aMailing, MAILING, type Mailing, mailDeps, requestOf, sendMail } from '../support/mailing';
import { type Deed, type Script, type ScriptedSmtp, scriptedSmtp, type Verb } from '../support/scripted-smtp';

const database = testDatabase();
const IMPATIENT = { patience: { connectMs: 150, envelopeMs: 150, replyMs: 150 } };

async function under(script: Script, work: (server: ScriptedSmtp, deps: MailDeps) => Promise<void>): Promise<void> {
  const server = await scriptedSmtp(script);
  const transport = createTransport(server.url, IMPATIENT);
  try {
    await work(server, mailDeps(database.db, server.url, { transport }));
  } finally {
    await transport.close();
    await server.stop();
  }
}

const MOST_TRIES = 30;

/** Does what the workflow does, until the journey has left the mail: sends, waits, and sends again. */
async function drive(deps: MailDeps, mailing: Mailing): Promise<void> {
  const { journeyId } = mailing;
  let { request } = mailing;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { turn, move } = await sendMail(deps, { request });
    if (move.type !== 'await' || move.stepId !== 'first') return;
    const now = move.until ?? 0;
    await transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn, now }));
    request = await requestOf(database.db, journeyId, now);
  }
  throw new Error(`the mail is not settled after ${MOST_TRIES} tries`);
}

const statusOf = async ({ request }: Mailing) =>
  (await database.db.send.findUniqueOrThrow({ where: { id: request.key } })).status;

const ALWAYS = 30; // connections
const everyTime = (verb: Verb, deed: Deed): Script => Array.from({ length: ALWAYS }, () => ({ [verb]: deed }));

describe('a server that does the same every time', () => {
  const unreached: readonly Verb[] = ['connect', 'EHLO', 'MAIL', 'RCPT', 'DATA'];
  const cases: readonly (readonly [Verb, Deed, string])[] = [
    ...unreached.map((verb) => [verb, 'drop', 'rejected'] as const),
    ...(['MAIL', 'RCPT', 'DATA', 'dot'] as const).flatMap((verb) => [
      [verb, '451 4.3.0 later', 'rejected'] as const,
      [verb, '550 5.7.1 never', 'rejected'] as const,
    ]),
    ['body', 'drop', 'unknown'],
    ['body', 'stall', 'unknown'],
    ['dot', 'drop', 'unknown'],
    ['dot', 'stall', 'unknown'],
  ];
  test.each(cases)('at %s, %s, settles a marketing mail as %s', (verb, deed, status) =>
    under(everyTime(verb, deed), async (server, deps) => {
      const mailing = await aMailing(database.db, { parts: { purpose: 'other' }, purpose: 'other', consent: false });
      await drive(deps, mailing);
      expect(await statusOf(mailing)).toBe(status);
      expect(server.kept()).toBeLessThanOrEqual(1);
    }),
  );
});

const fault: fc.Arbitrary<{ readonly [V in Verb]?: Deed }> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<Verb>('connect', 'MAIL', 'RCPT', 'DATA').map((verb) => ({ [verb]: 'drop' })),
  },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom<Verb>('MAIL', 'RCPT', 'DATA', 'dot'),
        fc.constantFrom('451 4.3.0 later', '421 4.3.2 closing'),
      )
      .map(([verb, deed]) => ({ [verb]: deed })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Verb>('RCPT', 'dot').map((verb) => ({ [verb]: '550 5.7.1 never' })) },
  { weight: 2, arbitrary: fc.constantFrom<Verb>('body', 'dot').map((verb) => ({ [verb]: 'drop' })) },
  { weight: 1, arbitrary: fc.constantFrom<Verb>('DATA', 'body', 'dot').map((verb) => ({ [verb]: 'stall' })) },
  { weight: 1, arbitrary: fc.constant({}) },
);
const scripts = fc.array(fault, { maxLength: 6 });

// INV-ONE-MAIL
test('whatever servers do, no marketing mail may be in a mailbox twice, and each ends settled or listed', async () => {
  const property = fc.asyncProperty(scripts, (script) =>
    under(script, async (server, deps) => {
      const mailing = await aMailing(database.db, { purpose: 'other', consent: false });
      await drive(deps, mailing);
      const status = await statusOf(mailing);
      expect(['accepted', 'rejected', 'unknown']).toContain(status);
      expect(server.kept()).toBeLessThanOrEqual(1);
      if (server.kept() === 1) expect(['accepted', 'unknown']).toContain(status);
      const listed = (await listUncertain(database.db)).some(({ id }) => id === mailing.request.key);
      expect(listed).toBe(status === 'unknown');
    }),
  );
  await fc.assert(property, { numRuns: 40 });
});

test('whatever servers do, all copies of a transactional mail have one Message-ID', async () => {
  const property = fc.asyncProperty(scripts, (script) =>
    under(script, async (server, deps) => {
      const mailing = await aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
      await drive(deps, mailing);
      expect(['accepted', 'rejected', 'unknown']).toContain(await statusOf(mailing));
      const ids = server.messages.map((message) => /^Message-ID: (\S+)/m.exec(message)?.[1]);
      expect(new Set([...ids, `<${mailing.request.key}@viva.example>`]).size).toBe(1);
    }),
  );
  await fc.assert(property, { numRuns: 25 });
});
