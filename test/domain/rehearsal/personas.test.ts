import { type ReceivedMail, reactionsTo } from '../../../src/domain/rehearsal/habits';
import { personaOf } from '../../../src/domain/rehearsal/personas';
import { scriptSchema } from '../../../src/domain/rehearsal/script';
import type { ScriptedEvent } from '../../../src/domain/rehearsal/scripted-event';
import { HOUR, MONDAY } from '../../support/builders';

const COUNT = 2000;
const emails = Array.from({ length: COUNT }, (_, index) => `ana.lima.${index}@example.test`);
const script = scriptSchema.parse({});

const aMail = (parts: Partial<ReceivedMail>): ReceivedMail => ({
  email: 'ana@example.test',
  sequence: 'nurture',
  stepId: 'welcome',
  ordinal: 1,
  purpose: 'marketing',
  sendId: 'a',
  acceptedAt: MONDAY,
  ...parts,
});

const personas = (audience: 'lead' | 'client') => emails.map((email) => personaOf(script, { email, audience }));
const share = <T>(all: readonly T[], test: (one: T) => boolean): number => all.filter(test).length / all.length;

test.each([
  ['lead', 'engaged', 0.16, 0.22],
  ['lead', 'passive', 0.58, 0.66],
  ['lead', 'bounces', 0.025, 0.055],
  ['lead', 'unsubscribes', 0.045, 0.08],
  ['lead', 'asks_for_call', 0.07, 0.11],
  ['client', 'returns', 0.32, 0.4],
  ['client', 'passive', 0.5, 0.58],
] as const)('of 2,000 of audience %s the share that is %s lies within %d and %d', (audience, persona, least, most) => {
  const found = share(personas(audience), (one) => one === persona);
  expect(found).toBeGreaterThan(least);
  expect(found).toBeLessThan(most);
});

test('a persona hangs on seed and address alone', () => {
  expect(personas('lead')).toEqual(personas('lead'));
  const other = emails.map((email) => personaOf({ ...script, seed: 2 }, { email, audience: 'lead' }));
  expect(other).not.toEqual(personas('lead'));
});

test('what the script says of a contact goes before what it says of everyone, and that before chance', () => {
  const told = scriptSchema.parse({
    everyone: { persona: 'bounces' },
    contacts: { ' Ana@Example.test': { persona: 'engaged' } },
  });
  expect(personaOf(told, { email: 'ana@example.test', audience: 'lead' })).toBe('engaged');
  expect(personaOf(told, { email: 'bia@example.test', audience: 'lead' })).toBe('bounces');
});

test('weights of the script are the only ones that are drawn from', () => {
  const told = scriptSchema.parse({ personas: { passive: 3, engaged: 1, bounces: 0 } });
  const drawn = emails.map((email) => personaOf(told, { email, audience: 'client' }));
  expect(new Set(drawn)).toEqual(new Set(['passive', 'engaged']));
  expect(share(drawn, (one) => one === 'engaged')).toBeCloseTo(0.25, 1);
});

const withoutIds = (events: readonly ScriptedEvent[], acceptedAt: number) =>
  events.map(({ type, dueAt, properties: { sendId: _, ...properties } }) => ({
    type,
    after: dueAt - acceptedAt,
    properties,
  }));

test('the same people do the same, whatever the ids and the day of a run', () => {
  const run = (sendId: string, acceptedAt: number) =>
    emails
      .slice(0, 300)
      .flatMap((email) =>
        (['engaged', 'returns', 'unsubscribes'] as const).flatMap((persona) =>
          [1, 2, 3, 4].map((ordinal) =>
            withoutIds(reactionsTo(aMail({ email, ordinal, sendId, acceptedAt }), { persona, seed: 1 }), acceptedAt),
          ),
        ),
      );
  expect(run('first', MONDAY)).toEqual(run('second', MONDAY + 400 * HOUR));
});

test('another seed, step, ordinal, sequence or address changes what is done', () => {
  const clicks = (parts: Partial<ReceivedMail>, seed = 1) =>
    Array.from({ length: 50 }, (_, index) =>
      reactionsTo(aMail({ email: `a${index}@example.test`, ...parts }), { persona: 'engaged', seed }),
    );
  for (const parts of [{ stepId: 'other' }, { ordinal: 2 }, { sequence: 'other' }])
    expect(clicks(parts)).not.toEqual(clicks({}));
  expect(clicks({}, 2)).not.toEqual(clicks({}, 1));
});

const doers = (persona: Parameters<typeof reactionsTo>[1]['persona'], type: string, mails: number) =>
  share(emails, (email) =>
    Array.from({ length: mails }, (_, index) => index + 1).some((ordinal) =>
      reactionsTo(aMail({ email, ordinal, stepId: `mail${ordinal}` }), { persona, seed: 1 }).some(
        (event) => event.type === type,
      ),
    ),
  );

test('each persona does what its name says', () => {
  expect(doers('engaged', 'mail.clicked', 2)).toBeGreaterThan(0.9);
  expect(doers('passive', 'mail.clicked', 6)).toBeGreaterThan(0.2);
  expect(doers('passive', 'mail.clicked', 6)).toBeLessThan(0.4);
  expect(doers('bounces', 'mail.bounced', 1)).toBe(1);
  expect(doers('unsubscribes', 'mail.unsubscribed', 3)).toBe(1);
  expect(doers('asks_for_call', 'call.requested', 3)).toBe(1);
  expect(doers('returns', 'purchase', 3)).toBe(1);
  for (const persona of ['engaged', 'passive', 'asks_for_call', 'returns'] as const)
    expect(doers(persona, 'mail.bounced', 6) + doers(persona, 'mail.unsubscribed', 6)).toBe(0);
});

test('nothing is done before the mail is there, and a click names its mail', () => {
  for (const email of emails)
    for (const { type, dueAt, properties } of reactionsTo(aMail({ email, sendId: 'mine' }), {
      persona: 'engaged',
      seed: 1,
    })) {
      expect(dueAt).toBeGreaterThan(MONDAY);
      expect(dueAt).toBeLessThan(MONDAY + 61 * HOUR);
      if (type === 'mail.clicked') expect(properties).toEqual({ sendId: 'mine' });
    }
});

test('no two purchases of a rehearsal have one reference', () => {
  const references = emails.flatMap((email) =>
    [1, 2, 3].flatMap((ordinal) =>
      reactionsTo(aMail({ email, ordinal }), { persona: 'returns', seed: 1 })
        .filter(({ type }) => type === 'purchase')
        .map(({ properties }) => properties.reference),
    ),
  );
  expect(references.length).toBeGreaterThan(COUNT);
  expect(new Set(references).size).toBe(references.length);
});
