import fc from 'fast-check';
import { DEFAULT_PURPOSES } from '../../src/domain/consent/purposes';
import type { ConsentContent, ConsentState } from '../../src/domain/consent/record';
import { newId } from '../../src/domain/ids';
import { anchorConsents } from '../../src/store/consent-anchors';
import {
  type ChainedRecord,
  type ChainHead,
  firstBreak,
  headMac,
  personalDigest,
  recordHash,
} from '../../src/store/consent-chain';
import { keepConsentTexts } from '../../src/store/consent-texts';
import { chainOf, verifyConsents } from '../../src/store/consent-verify';
import { type ConsentInput, chainAllEarlier, eraseConsentDetails, recordConsent } from '../../src/store/consents';
import { transaction } from '../../src/store/db';
import { checkKeys } from '../../src/store/key-check';
import { DAY, MONDAY } from '../support/builders';
import { testDatabase } from '../support/database';
import { someone } from '../support/journeys';
import { TEST_KEYS } from '../support/keys';

const database = testDatabase();

const said = (contactId: string, parts: Partial<ConsentInput> = {}): ConsentInput => ({
  contactId,
  purpose: 'marketing',
  granted: true,
  basis: 'consent',
  text: 'Send me news, “é” and all',
  textVersion: '1',
  locale: 'en',
  source: 'form',
  at: MONDAY,
  proof: { ip: '203.0.113.7', userAgent: 'Browser/1', evidence: { form: 'course', b: 1.5, a: [null, true] } },
  ...parts,
});
const record = (contactId: string, parts: Partial<ConsentInput> = {}) =>
  transaction(database.db, (tx) => recordConsent(tx, said(contactId, parts)));
/** Three words of a new contact. */
async function aChain(): Promise<string> {
  const { contactId } = await someone(database.db);
  await record(contactId);
  await record(contactId, { granted: false, text: 'unsubscribed', at: MONDAY + DAY });
  await record(contactId, { purpose: 'newsletter', at: MONDAY + DAY, proof: undefined });
  return contactId;
}
/** What a person with all rights on the database could do. */
const tamper = (...statements: readonly string[]) =>
  transaction(database.db, async (tx) => {
    const run = (sql: string) => tx.$executeRaw(Object.assign([sql], { raw: [sql] }));
    await run('ALTER TABLE consent DISABLE TRIGGER USER');
    for (const statement of statements) await run(statement);
    await run('ALTER TABLE consent ENABLE TRIGGER USER');
  });

describe('a chain of consents', () => {
  it('keeps the words, their version and the proof, and is whole', async () => {
    const contactId = await aChain();
    const { records, broken } = await chainOf(database.db, contactId);
    expect(broken).toBeNull();
    expect(records).toMatchObject([
      {
        position: 1,
        state: 'given',
        text: 'Send me news, “é” and all',
        textVersion: '1',
        locale: 'en',
        at: MONDAY,
        previous: '',
        personal: { ip: '203.0.113.7', userAgent: 'Browser/1', email: expect.stringContaining('@example.test') },
      },
      { position: 2, state: 'withdrawn', previous: records[0]?.hash },
      { position: 3, state: 'given', previous: records[1]?.hash },
    ]);
  });

  it('grows by one record at a time, also under many hands', async () => {
    const { contactId } = await someone(database.db);
    await Promise.all(Array.from({ length: 12 }, (_, n) => record(contactId, { at: MONDAY + n })));
    const { records, broken } = await chainOf(database.db, contactId);
    expect(broken).toBeNull();
    expect(records.map(({ position }) => position)).toEqual(Array.from({ length: 12 }, (_, n) => n + 1));
  });

  it('is refused every change but the next record', async () => {
    const contactId = await aChain();
    const { db } = database;
    const where = { contactId };
    await expect(db.consent.updateMany({ where, data: { granted: false } })).rejects.toThrow(/only ever added/);
    await expect(db.consent.updateMany({ where, data: { personal: {}, salt: 'aa' } })).rejects.toThrow(
      /only ever added/,
    );
    await expect(db.consent.deleteMany({ where })).rejects.toThrow(/only ever added/);
    await expect(db.$executeRaw`TRUNCATE consent`).rejects.toThrow(/only ever added/);
    await expect(db.$executeRaw`UPDATE consent SET personal = NULL, salt = NULL`).rejects.toThrow(/only ever added/);
    expect((await chainOf(db, contactId)).records).toHaveLength(3);
  });

  it('stays whole when what is personal is erased, and nothing of it is left', async () => {
    const contactId = await aChain();
    expect(await transaction(database.db, (tx) => eraseConsentDetails(tx, contactId))).toBe(3);
    const { records, broken } = await chainOf(database.db, contactId);
    expect(broken).toBeNull();
    expect(JSON.stringify(records)).not.toMatch(/203\.0|Browser|@example/);
    expect(records.map(({ personal, salt }) => [personal, salt])).toEqual([
      [null, null],
      [null, null],
      [null, null],
    ]);
  });

  it('takes in the records from before there were chains, once, in their order', async () => {
    const { contactId } = await someone(database.db);
    await database.db.$executeRaw`ALTER TABLE consent DROP CONSTRAINT consent_chained_check`;
    for (const [purpose, granted] of [
      ['marketing', true],
      ['marketing', false],
    ] as const)
      await database.db.$executeRaw`
        INSERT INTO consent (contact_id, purpose, granted, state, basis, text, source, at)
        VALUES (${contactId}::uuid, ${purpose}, ${granted}, ${granted ? 'given' : 'withdrawn'}, 'consent', 'Yes!', 'form', now())`;
    await database.db.$executeRaw`
      ALTER TABLE consent ADD CONSTRAINT consent_chained_check
      CHECK (position IS NOT NULL AND previous IS NOT NULL AND personal_digest IS NOT NULL AND hash IS NOT NULL) NOT VALID`;
    await record(contactId); // the next word puts them in their places
    expect(await chainAllEarlier(database.db)).toBe(0);
    const { records, broken } = await chainOf(database.db, contactId);
    expect(broken).toBeNull();
    expect(records.map(({ state }) => state)).toEqual(['given', 'withdrawn', 'given']);
  });
});

describe('viveiro consent verify', () => {
  it('finds every chain whole, and names the first record that somebody has changed', async () => {
    const contactId = await aChain();
    expect(await verifyConsents(database.db)).toMatchObject({ broken: null, anchor: null, unchained: 0 });
    await tamper(`UPDATE consent SET text = 'Anything' WHERE contact_id = '${contactId}' AND position = 2`);
    expect((await verifyConsents(database.db)).broken).toEqual({
      contactId,
      position: 2,
      seq: expect.any(Number),
      problem: 'the record was changed after it was written',
    });
    await tamper(`UPDATE consent SET text = 'unsubscribed' WHERE contact_id = '${contactId}' AND position = 2`);
    expect((await verifyConsents(database.db)).broken).toBeNull();
  });

  it('misses a whole chain that was removed with its end, by the anchor', async () => {
    const contactId = await aChain();
    const anchor = await anchorConsents(database.db, MONDAY);
    expect(anchor).not.toBeNull();
    expect(await anchorConsents(database.db, MONDAY)).toBeNull(); // nothing new
    await aChain();
    expect(await anchorConsents(database.db, MONDAY)).toMatchObject({ records: 3, previous: anchor?.hash });
    await tamper(
      `CREATE TEMP TABLE kept AS SELECT * FROM consent WHERE contact_id = '${contactId}'`,
      `CREATE TEMP TABLE head AS SELECT * FROM consent_head WHERE contact_id = '${contactId}'`,
      `DELETE FROM consent WHERE contact_id = '${contactId}'`,
      `DELETE FROM consent_head WHERE contact_id = '${contactId}'`,
      'CREATE TABLE put_back AS SELECT * FROM kept',
      'CREATE TABLE put_back_head AS SELECT * FROM head',
      'DROP TABLE kept, head',
    );
    expect(await verifyConsents(database.db)).toMatchObject({
      broken: null,
      anchor: {
        id: anchor?.id,
        problem: expect.stringMatching(/there are \d+ records from 1 to \d+, and there were \d+/),
      },
    });
    await tamper('INSERT INTO consent SELECT * FROM put_back', 'INSERT INTO consent_head SELECT * FROM put_back_head');
    expect(await verifyConsents(database.db)).toMatchObject({ broken: null, anchor: null });
  });

  it('is not deceived by erasure, which is counted', async () => {
    const contactId = await aChain();
    const { erased } = await verifyConsents(database.db);
    await transaction(database.db, (tx) => eraseConsentDetails(tx, contactId));
    expect(await verifyConsents(database.db)).toMatchObject({ erased: erased + 3, broken: null, anchor: null });
  });
});

describe('keys and texts', () => {
  it('another key than the one the database was begun with is refused', async () => {
    await checkKeys(database.db);
    await checkKeys(database.db);
    await database.db.$executeRaw`UPDATE key_check SET value = 'another'`;
    await expect(checkKeys(database.db)).rejects.toMatchObject({ code: 'VIV_KEYS_DIFFER', exit: 3 });
  });

  it('a version of a consent text never says something else', async () => {
    await keepConsentTexts(database.db, DEFAULT_PURPOSES, MONDAY);
    await keepConsentTexts(database.db, DEFAULT_PURPOSES, MONDAY + DAY);
    const { newsletter } = DEFAULT_PURPOSES.purposes;
    if (!newsletter) throw new Error('it is declared');
    const texts = [{ version: '1', text: { en: 'Other words' } }];
    const changed = { ...DEFAULT_PURPOSES, purposes: { newsletter: { ...newsletter, texts } } };
    await expect(keepConsentTexts(database.db, changed, MONDAY)).rejects.toMatchObject({
      code: 'VIV_CONSENT_TEXT_CHANGED',
      message: expect.stringContaining('version "1", in en'),
    });
  });
});

// INV-CONSENT-CHAIN
describe('whoever changes a chain is found', () => {
  const contactId = newId();
  interface Drawn {
    readonly purpose: string;
    readonly state: ConsentState;
    readonly text: string;
    readonly at: number;
  }
  const word: fc.Arbitrary<Drawn> = fc.record({
    purpose: fc.constantFrom('marketing', 'newsletter'),
    state: fc.constantFrom<ConsentState>('given', 'requested', 'withdrawn'),
    text: fc.string({ maxLength: 20 }),
    at: fc.integer({ min: MONDAY, max: MONDAY + DAY }),
  });

  function chained(words: readonly Drawn[]): { readonly records: ChainedRecord[]; readonly head: ChainHead } {
    let previous = '';
    const records = words.map(({ purpose, state, text, at }, index): ChainedRecord => {
      const personal = { email: 'ana@example.test', ip: `203.0.113.${index}` };
      const salt = index.toString(16).padStart(32, '0');
      const content: ConsentContent = {
        contactId,
        position: index + 1,
        purpose,
        state,
        basis: 'consent',
        text,
        textVersion: null,
        locale: null,
        source: 'form',
        at,
        requestId: null,
        until: null,
        personalDigest: personalDigest(salt, personal),
      };
      const hash = recordHash(content, previous);
      const made = { ...content, seq: index + 10, personal, salt, previous, hash };
      previous = hash;
      return made;
    });
    const end = { position: records.length, hash: previous };
    return { records, head: { ...end, mac: headMac(TEST_KEYS, contactId, end) } };
  }

  /** All hashes anew, as one who knows how they are made could; the seal is beyond them. */
  function rehashed(records: readonly ChainedRecord[]): ChainedRecord[] {
    let previous = '';
    return records.map((one, index) => {
      const placed = { ...one, position: index + 1, previous };
      previous = recordHash(placed, previous);
      return { ...placed, hash: previous };
    });
  }

  const EDITS: readonly ((record: ChainedRecord) => ChainedRecord)[] = [
    (one) => ({ ...one, text: `${one.text}!` }),
    (one) => ({ ...one, state: one.state === 'given' ? 'withdrawn' : 'given' }),
    (one) => ({ ...one, at: one.at + 1 }),
    (one) => ({ ...one, purpose: 'other' }),
    (one) => ({ ...one, source: 'phone' }),
    (one) => ({ ...one, basis: 'contract' }),
    (one) => ({ ...one, textVersion: '2' }),
    (one) => ({ ...one, locale: 'pl' }),
    (one) => ({ ...one, until: 1 }),
    (one) => ({ ...one, requestId: newId() }),
    (one) => ({ ...one, personal: { email: 'else@example.test' } }),
    (one) => ({ ...one, salt: '00'.repeat(16).replace('0', 'f') }),
    (one) => ({ ...one, personalDigest: 'x' }),
  ];
  const without = <T>(list: readonly T[], index: number) => list.toSpliced(index, 1);
  const swapped = <T>(list: readonly T[], index: number) => {
    const [a, b] = [list[index], list[index + 1]];
    return a === undefined || b === undefined ? [...list] : list.toSpliced(index, 2, b, a);
  };

  type Tampering = (records: readonly ChainedRecord[], at: number) => readonly ChainedRecord[];
  const TAMPERINGS: { readonly [name: string]: Tampering } = {
    ...Object.fromEntries(
      EDITS.map((edit, number): [string, Tampering] => [
        `edit ${number}`,
        (records, at) => records.map((one, index) => (index === at ? edit(one) : one)),
      ]),
    ),
    delete: (records, at) => without(records, at),
    'delete to the end': (records, at) => records.slice(0, at),
    reorder: (records, at) => (records.length < 2 ? [] : swapped(records, at % (records.length - 1))),
    insert: (records, at) => records.flatMap((one, index) => (index === at ? [one, { ...one, seq: 99 }] : [one])),
    'append by hand': (records) => [
      ...records,
      ...chained([{ purpose: 'x', state: 'given', text: 'x', at: MONDAY }]).records,
    ],
  };
  // what is personal is not in the hash but in its digest, and erasure may take it: hashes made anew change nothing about it
  const REHASHED = Object.keys(TAMPERINGS).filter((name) => name !== 'edit 10' && name !== 'edit 11');

  it('whole chains are whole, erased or not', () => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(), (words, pick) => {
        const { records, head } = chained(words);
        expect(firstBreak(contactId, { records, head }, TEST_KEYS)).toBeUndefined();
        const erased = records.map((one, index) =>
          index === pick % records.length ? { ...one, personal: null, salt: null } : one,
        );
        expect(firstBreak(contactId, { records: erased, head }, TEST_KEYS)).toBeUndefined();
      }),
    );
  });

  it.each(Object.keys(TAMPERINGS))('%s', (name) => {
    fc.assert(
      fc.property(fc.array(word, { minLength: 1, maxLength: 8 }), fc.nat(), (words, pick) => {
        const { records, head } = chained(words);
        const changed = TAMPERINGS[name]?.(records, pick % records.length) ?? [];
        fc.pre(JSON.stringify(changed) !== JSON.stringify(records));
        expect(firstBreak(contactId, { records: changed, head }, TEST_KEYS)).toBeDefined();
        if (!REHASHED.includes(name)) return;
        const anew = rehashed(changed);
        const end = { position: anew.length, hash: anew.at(-1)?.hash ?? '' };
        expect(firstBreak(contactId, { records: anew, head: { ...end, mac: head.mac } }, TEST_KEYS)).toBeDefined();
      }),
    );
  });
});
