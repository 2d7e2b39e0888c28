import fc from 'fast-check';
import type { MailDeps } from '../../src/activities/send-mail';
import type { Patience } from '../../src/mail/smtp-session';
import { createTransport } from '../../src/mail/transport';
import { transaction } from '../../src/store/db';
import { listAttempts } from '../../src/store/send-attempts';
import { listUncertain } from '../../src/store/sends';
import { takeTurn } from '../../src/store/turn';
import { testDatabase } from '../support/database';
import { aMailing, MAILING, type Mailing, mailDeps, requestOf, sendMail } from '../support/mailing';
import { type Deed, type Script, type ScriptedSmtp, scriptedSmtp, type Verb } from '../support/scripted-smtp';
import { FAULTS, STANDING } from './smtp-faults';

const database = testDatabase(10);

/** More random runs of the two properties at the end: FAULT_RUNS=200. */
const RUNS = Number(process.env.FAULT_RUNS ?? 20);

interface Serving {
  readonly patience?: Partial<Patience>;
  readonly parts?: Partial<MailDeps>;
}

async function under<T>(
  script: Script,
  work: (server: ScriptedSmtp, deps: MailDeps) => Promise<T>,
  { patience = {}, parts = {} }: Serving = {},
): Promise<T> {
  const server = await scriptedSmtp(script);
  const transport = createTransport(server.url, { patience, idleMs: 0 }); // each try on a connection of its own
  try {
    return await work(server, mailDeps(database.db, server.url, { transport, ...parts }));
  } finally {
    await transport.close();
    await server.stop();
  }
}

const MOST_TRIES = 30;

/** Does what the workflow does, until the journey has left the mail: waits, and sends again. */
async function drive(deps: MailDeps, mailing: Mailing, first = sendMail(deps, mailing)): Promise<void> {
  const { journeyId } = mailing;
  let told = first;
  for (let tries = 0; tries < MOST_TRIES; tries += 1) {
    const { turn, move } = await told;
    if (move.type !== 'await' || move.stepId !== 'first') return;
    const now = move.until ?? 0;
    await transaction(database.db, (tx) => takeTurn(tx, MAILING, { journeyId, turn, now }));
    told = sendMail(deps, { request: await requestOf(database.db, journeyId, now) });
  }
  throw new Error(`the mail is not settled after ${MOST_TRIES} tries`);
}

const statusOf = async ({ request }: Mailing) =>
  (await database.db.send.findUniqueOrThrow({ where: { id: request.key } })).status;
const isListed = async ({ request }: Mailing) =>
  (await listUncertain(database.db)).some(({ id }) => id === request.key);

/** A mail that is held when nobody knows whether it arrived, and one that its recipient waits for. */
const aMarketingMail = () => aMailing(database.db, { purpose: 'other', consent: false });
const aTransactionalMail = () =>
  aMailing(database.db, { purpose: 'transactional', template: 'receipt', consent: false });
const POLICIES = [
  ['marketing', aMarketingMail],
  ['transactional', aTransactionalMail],
] as const;

const FINAL = ['accepted', 'rejected', 'unknown'];
const idsIn = ({ messages }: ScriptedSmtp) => messages.map((message) => /^Message-ID: (\S+)/m.exec(message)?.[1]);

// INV-ONE-MAIL
// INV-SEND-ENDS
describe('a fault of the first connection', () => {
  test.each(FAULTS)('$name: $attempt.outcome, $attempt.reached', async ({ deeds, patience, attempt }) => {
    const played = POLICIES.map(([policy, aMail]) =>
      under(
        [deeds],
        async (server, deps) => {
          const mailing = await aMail();
          const first = sendMail(deps, mailing);
          await first;
          expect(await listAttempts(database.db, mailing.request.key)).toMatchObject([attempt]);
          const { [attempt.outcome as keyof typeof STANDING]: standing } = STANDING; // a try that came to its end is never lost
          expect(await statusOf(mailing)).toBe(standing[policy]);
          const isRetried = standing[policy] === 'deferred';
          await drive(deps, mailing, first);
          expect((await listAttempts(database.db, mailing.request.key)).length > 1).toBe(isRetried);
          const status = await statusOf(mailing);
          expect(status).toBe(isRetried ? 'accepted' : standing[policy]);
          expect(await isListed(mailing)).toBe(status === 'unknown');
          const inDoubt = attempt.outcome === 'uncertain' && policy === 'transactional' ? 1 : 0;
          expect(server.kept()).toBeLessThanOrEqual(1 + inDoubt);
          expect(new Set([...idsIn(server), `<${mailing.request.key}@viva.example>`]).size).toBe(1);
        },
        { patience },
      ),
    );
    await Promise.all(played);
  });

  it('nobody listens: the mail is deferred, and its try is on record', () =>
    under([], async (server, deps) => {
      await server.stop();
      const mailing = await aMarketingMail();
      await sendMail(deps, mailing);
      expect(await statusOf(mailing)).toBe('deferred');
      expect(await listAttempts(database.db, mailing.request.key)).toMatchObject([
        { outcome: 'unreachable', reached: 'claimed', replyCode: null, bodyHash: null },
      ]);
    }));
});

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
    ['dot', 'drop', 'unknown'],
  ];
  test.each(cases)('at %s, %s, settles a marketing mail as %s', (verb, deed, status) =>
    under(everyTime(verb, deed), async (server, deps) => {
      const mailing = await aMarketingMail();
      await drive(deps, mailing);
      expect(await statusOf(mailing)).toBe(status);
      expect(server.kept()).toBeLessThanOrEqual(1);
    }),
  );

  test('after the body, leaves a transactional mail in doubt after five copies of one Message-ID', () =>
    under(everyTime('dot', 'drop'), async (server, deps) => {
      const mailing = await aTransactionalMail();
      await drive(deps, mailing);
      expect(await statusOf(mailing)).toBe('unknown');
      expect(idsIn(server)).toEqual(Array.from({ length: 5 }, () => `<${mailing.request.key}@viva.example>`));
    }));
});

test('a reply too many does not become the answer to the next mail', () =>
  under([{ dot: '250 2.0.0 taken\r\n250 2.0.0 taken' }], async (server, deps) => {
    const mailings = [await aMarketingMail(), await aMarketingMail(), await aMarketingMail()];
    const transport = createTransport(server.url, { connections: 1 });
    await Promise.all(mailings.map((mailing) => sendMail({ ...deps, transport }, mailing)));
    await transport.close();
    expect(await Promise.all(mailings.map(statusOf))).toEqual(['accepted', 'accepted', 'accepted']);
    expect(server.messages).toHaveLength(3);
  }));

// INV-NO-MAIL-AFTER-SUPPRESSION
describe('an address that is suppressed while its mail is on its way', () => {
  const suppressedAt = (moment: 'claimed' | 'asked' | 'dispatching', mailing: Mailing) => ({
    at: async (now: string) => {
      if (now !== moment) return;
      const { email } = await database.db.contact.findUniqueOrThrow({ where: { id: mailing.contactId } });
      await database.db.suppression.create({ data: { email, reason: 'complaint', at: new Date(0) } });
    },
  });
  it.each([
    ['claimed', 0],
    ['asked', 0],
    ['dispatching', 1], // it is as if it had come a moment later
  ] as const)('at "%s" gets %d mails', async (moment, count) => {
    for (const [, aMail] of POLICIES) {
      const mailing = await aMail();
      const parts = { hooks: suppressedAt(moment, mailing), leaseMs: 5_000 };
      await under(
        [],
        async (server, deps) => {
          await drive(deps, mailing);
          expect(server.messages).toHaveLength(count);
          expect(await statusOf(mailing)).toBe(count === 0 ? 'skipped' : 'accepted');
        },
        { parts },
      );
    }
  });
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
        fc.constantFrom('451 4.3.0 later', '421 4.3.2 closing', 'hello?'),
      )
      .map(([verb, deed]) => ({ [verb]: deed })),
  },
  { weight: 1, arbitrary: fc.constantFrom<Verb>('RCPT', 'dot').map((verb) => ({ [verb]: '550 5.7.1 never' })) },
  { weight: 2, arbitrary: fc.constantFrom<Verb>('body', 'half', 'dot').map((verb) => ({ [verb]: 'drop' })) },
  { weight: 1, arbitrary: fc.constantFrom<Verb>('DATA', 'body', 'dot').map((verb) => ({ [verb]: 'stall' })) },
  { weight: 1, arbitrary: fc.constant({}) },
);
const scripts = fc.array(fault, { maxLength: 6 });
const SHORT = { patience: { envelopeMs: 100, replyMs: 100 } };

// INV-ONE-MAIL
test('whatever servers do, no marketing mail may be in a mailbox twice, and each ends settled or listed', async () => {
  const property = fc.asyncProperty(scripts, (script) =>
    under(
      script,
      async (server, deps) => {
        const mailing = await aMarketingMail();
        await drive(deps, mailing);
        const status = await statusOf(mailing);
        expect(FINAL).toContain(status);
        expect(server.kept()).toBeLessThanOrEqual(1);
        if (server.kept() === 1) expect(['accepted', 'unknown']).toContain(status);
        expect(await isListed(mailing)).toBe(status === 'unknown');
      },
      SHORT,
    ),
  );
  await fc.assert(property, { numRuns: RUNS });
});

test('whatever servers do, all copies of a transactional mail have one Message-ID', async () => {
  const property = fc.asyncProperty(scripts, (script) =>
    under(
      script,
      async (server, deps) => {
        const mailing = await aTransactionalMail();
        await drive(deps, mailing);
        expect(FINAL).toContain(await statusOf(mailing));
        expect(new Set([...idsIn(server), `<${mailing.request.key}@viva.example>`]).size).toBe(1);
      },
      SHORT,
    ),
  );
  await fc.assert(property, { numRuns: RUNS });
});
