import { readFileSync, statSync } from 'node:fs';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { countStatements } from '../../bench/statements';
import type { Rules } from '../../src/domain/rules';
import { scoringSchema } from '../../src/domain/scoring/rules';
import { toRegistration } from '../../src/importing/convert';
import { openCsv } from '../../src/importing/rows';
import { checkFile, importFile } from '../../src/importing/run';
import { verifyConsents } from '../../src/store/consent-verify';
import { listRuns } from '../../src/store/imports/runs';
import { undoImport } from '../../src/store/imports/undo';
import { ingest } from '../../src/store/ingest';
import { register } from '../../src/store/registration';
import { aRules, NOON } from '../support/api';
import { removeBundles } from '../support/bundle';
import { collected } from '../support/collected';
import { testDatabase } from '../support/database';
import { testFiles } from '../support/files';
import { importRequests, killedOnTheWay } from '../support/import-requests';
import { aContactsMap, aLeadsMap } from '../support/importing';
import { published } from '../support/journeys';

const context = testDatabase(10);
const files = testFiles();
const turn = { rules: aRules };
/** Of an import of one batch: its record at both ends, and what the rows of the batch are written with. */
const MOST_STATEMENTS = 26;
const CONSENT = { purpose: 'marketing', basis: 'consent', text: 'Yes, write to me.' };

jest.setTimeout(120_000); // on a machine that may be busy

afterAll(removeBundles);

beforeEach(emptied);

async function emptied(): Promise<void> {
  // what no statement of ours may do
  await context.db.$executeRaw`ALTER TABLE consent DISABLE TRIGGER USER`;
  await context.db
    .$executeRaw`TRUNCATE contact, lead, interaction, consent, consent_head, decision, score_entry, suppression, contact_address,
    import_run, import_row, import_change, list_entry, mailing_list, journey, waiting, interest, send, sequence_version`;
  await context.db.$executeRaw`ALTER TABLE consent ENABLE TRIGGER USER`;
}

const request = importRequests(context, files);
const written = (rows: string, head = 'name,email') => files.apart('people.csv', `${head}\n${rows}`);
const contacts = () => context.db.contact.findMany({ orderBy: { email: 'asc' } });

// INV-IMPORT-ONCE
test('killed in the midst of it and done again, an import has each row once, also in the reject file', async () => {
  const rows = Array.from(
    { length: 2_500 },
    (_, n) => `Ana ${n},${n % 100 === 99 ? 'nobody' : `a${n % 1_500}@x.example`}\n`,
  );
  const order = request(written(rows.join('')), { rejectsFile: files.path('killed.csv') });
  const broken = await killedOnTheWay(order, context.url);
  expect([broken?.status, (broken?.rowsDone ?? 0) < 2_500]).toEqual(['running', true]);
  const result = await importFile(order);
  expect(result).toMatchObject({ read: 2_500, imported: 2_475, repeated: 0, rejected: 25, created: 1_485 });
  expect([result.importId, result.resumedAfter]).toEqual([broken?.id, broken?.rowsDone]);
  expect(await context.db.interaction.count()).toBe(2_475);
  expect(await context.db.lead.count()).toBe(1_485);
  const rejected: string[][] = parse(readFileSync(files.path('killed.csv')));
  expect(rejected.slice(1).map(([, row]) => Number(row))).toEqual(Array.from({ length: 25 }, (_, n) => n * 100 + 100));
  const again = await importFile(order);
  expect([again.imported, again.repeated, again.importId === broken?.id]).toEqual([0, 2_475, false]);
});

test('two processes at one import record nothing twice: one of them is told', async () => {
  const file = written(Array.from({ length: 1_200 }, (_, n) => `Ana,a${n}@x.example\n`).join(''));
  const [one, other] = [files.path('one.csv'), files.path('other.csv')];
  const ends = await Promise.allSettled([one, other].map((rejectsFile) => importFile(request(file, { rejectsFile }))));
  for (const end of ends) if (end.status === 'rejected') expect(end.reason).toMatchObject({ code: 'VIV_IMPORT_BUSY' });
  expect(ends.some(({ status }) => status === 'fulfilled')).toBe(true);
  expect(await context.db.interaction.count()).toBe(1_200);
});

/** What is on record, without ids and times of ours. */
async function recorded() {
  const rows = await context.db.$queryRaw<{ person: object }[]>`
    SELECT json_build_object('email', c.email, 'name', c.name, 'locale', c.locale, 'attributes', c.attributes, 'tags', c.tags,
      'leads', (SELECT json_agg(json_build_object('offer', l.offer, 'source', l.source, 'stage', l.stage, 'temperature', l.temperature,
          'grade', l.grade, 'fit', l.fit_points, 'interest', l.interest, 'mql', l.mql_at) ORDER BY l.offer)
        FROM lead l WHERE l.contact_id = c.id),
      'events', (SELECT json_agg(json_build_array(i.type, i.idempotency_key, i.properties, i.body_hash IS NULL) ORDER BY i.idempotency_key)
        FROM interaction i WHERE i.contact_id = c.id),
      'scores', (SELECT json_agg(json_build_array(s.kind, s.rule, s.points, s.reason) ORDER BY s.kind, s.rule, s.points)
        FROM score_entry s WHERE s.contact_id = c.id AND s.kind = 'interest'),
      'consents', (SELECT json_agg(json_build_array(n.position, n.purpose, n.state, n.text, n.source) ORDER BY n.position)
        FROM consent n WHERE n.contact_id = c.id)) AS person
    FROM contact c ORDER BY c.email`;
  return rows.map(({ person }) => person);
}

const scored: Rules = {
  ...aRules,
  scoring: scoringSchema.parse({
    ...{
      grades: { A: 30, B: 20, C: 10 },
      halfLife: '14d',
      temperature: { warm: 3, hot: 5 },
      mql: { score: 4, grade: 'B' },
    },
    fit: [{ name: 'decides', when: { fact: 'contact.attributes.role', is: 'director' }, points: 25 }],
    interest: [
      { name: 'came', on: 'lead.created', points: 3, cap: 3 },
      { name: 'again', on: 'lead.repeated', points: 1 },
    ],
  }),
};

// INV-IMPORT-AS-API
test('rows that are recorded together leave on record what they leave one by one', async () => {
  const map = aLeadsMap({
    contact: { email: '{email}', name: '{name}', attributes: { role: '{role}' }, tags: ['{tags}'] },
    lead: { offer: '{offer}', source: 'fair' },
    consent: { ...CONSENT, when: { column: 'agreed', is: 'y' } },
  });
  const row = fc.record({
    name: fc.constantFrom('Ana', 'Eva', ''),
    email: fc.constantFrom('a@x.example', 'A@x.example', 'b@x.example', 'c@x.example'),
    role: fc.constantFrom('director', 'student', ''),
    tags: fc.constantFrom('vip', 'vip|fair', ''),
    offer: fc.constantFrom('course', 'book'),
    agreed: fc.constantFrom('y', 'n'),
  });
  const rules = { rules: scored };
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 12 }), async (people) => {
      const head = 'name,email,role,tags,offer,agreed';
      const file = written(people.map((one) => `${Object.values(one).join(',')}\n`).join(''), head);
      await emptied();
      for (const one of await collected((await openCsv(file, { needs: [] })).rows))
        if ('cells' in one) await register(context.db, rules, toRegistration(one, map, { now: NOON }));
      const alone = await recorded();
      await emptied();
      await importFile(request(file, { map, turn: rules }));
      expect(await recorded()).toEqual(alone);
      expect(await verifyConsents(context.db)).toMatchObject({ broken: null, anchor: null });
    }),
    { numRuns: Number(process.env.IMPORT_RUNS ?? 12) },
  );
});

test('each row of an import enters the sequences that a lead enters', async () => {
  const { sequence } = await published(context.db, {
    enter: { on: 'lead.created' },
    steps: [{ id: 'done', type: 'end', outcome: 'x' }],
  });
  await importFile(request(written('Ana,a@x.example\nEva,b@x.example\nAna,a@x.example\nAnna,a@x.example\n')));
  expect(await context.db.journey.count({ where: { sequence } })).toBe(2);
});

const MERGE = { name: 'keep', locale: 'newest', tags: 'append', attribute: { role: 'newest' } };
const CONTACT = {
  email: '{email}',
  name: '{name}',
  locale: '{locale}',
  attributes: { role: '{role}' },
  tags: ['{tags}'],
};
const MERGED = aContactsMap({ contact: CONTACT, merge: MERGE, at: { column: 'at' } });

test('rows about one contact are merged by the rules, with each other and with what is on record', async () => {
  const head = 'name,email,locale,role,tags,at';
  await importFile(request(written('Ana,a@x.example,en,student,vip,2026-02-01\n', head), { map: MERGED }));
  const rows = `Anna,A@x.example,pl,director,fair,2026-01-01
Anna,a@x.example,pt-BR,manager,fair|vip,2026-02-02
,a@x.example,,,,2026-02-03
Eva,b@x.example,en,director,,2026-01-01
Evi,b@x.example,pl,student,,2025-01-01
`;
  const result = await importFile(request(written(rows, head), { map: MERGED }));
  expect(result).toMatchObject({
    created: 1,
    updated: 2,
    merged: 3,
    repeated: 2,
    changed: { locale: 1, 'attributes.role': 1, tags: 1 },
  });
  expect(await contacts()).toMatchObject([
    { email: 'a@x.example', name: 'Ana', locale: 'pt-BR', attributes: { role: 'manager' }, tags: ['fair', 'vip'] },
    { email: 'b@x.example', name: 'Eva', locale: 'en', attributes: { role: 'director' }, tags: [] },
  ]);
  expect(await context.db.lead.count()).toBe(0);
});

test('a dry run foretells by the record, with samples and columns that nobody maps, and changes nothing', async () => {
  await importFile(request(written('Ana,a@x.example\n')));
  const file = written(
    'Anna,a@x.example,1\nEva,b@x.example,2\nRui,nobody,3\nLia,none,4\nAna,a@x.example,5\n',
    'name,email,other',
  );
  const before = [await context.db.interaction.count(), await contacts()];
  const { db, turn: _, ...dry } = request(file);
  const result = await checkFile({ ...dry, db });
  expect(result).toMatchObject({
    ...{
      read: 5,
      imported: 2,
      repeated: 1,
      rejected: 2,
      created: 1,
      updated: 1,
      isCompared: true,
      unmapped: ['other'],
    },
    changesByField: [{ field: 'name', count: 1, samples: [{ line: 2, before: 'Ana', after: 'Anna' }] }],
    rejectsByKind: [{ count: 2, samples: [{ line: 4 }, { line: 5 }] }],
  });
  expect([await context.db.interaction.count(), await contacts()]).toEqual(before);
  expect(await listRuns(context.db, 10)).toHaveLength(1);
  const done = await importFile(request(file));
  expect(done).toMatchObject({ imported: 2, repeated: 1, rejected: 2, created: 1, updated: 1, changed: { name: 1 } });
});

test('an import is taken back: what it made goes, what it changed is restored, and what has gone on since stays', async () => {
  const contact = { email: '{email}', name: '{name}', attributes: { role: '{role}' } };
  const map = aLeadsMap({ contact, consent: CONSENT });
  const head = 'name,email,role';
  await importFile(request(written('Ana,a@x.example,student\nBia,b@x.example,student\n', head), { map }));
  const before = await recorded();
  const rows = 'Anna,a@x.example,director\nBea,b@x.example,director\nCarla,c@x.example,\nDora,d@x.example,\n';
  const changed = aLeadsMap({ contact, consent: CONSENT, lead: { offer: 'book', source: 'fair' } });
  const { importId } = await importFile(request(written(rows, head), { map: changed }));
  const id = importId ?? '';
  const [ana, bia, , dora] = await contacts();
  await context.db.contact.update({ where: { id: bia?.id }, data: { name: 'Beatriz' } });
  await ingest(context.db, turn, { type: 'page.viewed', contactId: dora?.id ?? '', at: NOON, idempotencyKey: 'seen' });
  const foretold = await undoImport(context.db, { id, now: NOON, isDryRun: true });
  expect(await context.db.contact.count()).toBe(4);
  const undone = await undoImport(context.db, { id, now: NOON, isDryRun: false });
  expect(undone).toEqual(foretold);
  expect(undone).toMatchObject({ contactsRemoved: 1, leadsRemoved: 3, fieldsRestored: 3, consentsWithdrawn: 1 });
  expect(undone.kept).toEqual(
    [
      { reason: 'contacts stay: something has happened with them since', count: 1, contacts: [dora?.id] },
      { reason: 'leads stay: something has happened since', count: 1, contacts: [dora?.id] },
      { reason: 'values stay: name was changed again since', count: 1, contacts: [bia?.id] },
    ].toSorted(
      (one, other) =>
        undone.kept.findIndex(({ reason }) => reason === one.reason) -
        undone.kept.findIndex(({ reason }) => reason === other.reason),
    ),
  );
  const after = await recorded();
  expect(after).toHaveLength(3);
  const [wasAna] = before;
  expect({ ...after[0], consents: null }).toEqual({ ...wasAna, consents: null });
  expect(ana?.name).toBe('Anna');
  expect((await contacts()).map(({ name }) => name)).toEqual(['Ana', 'Beatriz', 'Dora']);
  expect(await verifyConsents(context.db)).toMatchObject({ broken: null, anchor: null });
  await expect(undoImport(context.db, { id, now: NOON, isDryRun: false })).rejects.toMatchObject({
    code: 'VIV_IMPORT_UNDONE',
  });
  const again = await importFile(request(written('Carla,c@x.example,\n', head), { map: changed }));
  expect(again).toMatchObject({ imported: 1, created: 1 });
});

test('an import that is not on record cannot be taken back', async () => {
  const unknown = undoImport(context.db, { id: 'none', now: NOON, isDryRun: false });
  await expect(unknown).rejects.toMatchObject({ code: 'VIV_IMPORT_UNKNOWN' });
});

test('a batch costs the same statements however many rows it has', async () => {
  const rules = { rules: scored };
  const map = aLeadsMap({
    contact: { email: '{email}', name: '{name}', attributes: { role: '{name}' } },
    consent: CONSENT,
  });
  const statementsOf = async (count: number) => {
    const rows = Array.from({ length: count }, (_, n) => `director,s${count}n${n}@x${n % 7}.example\n`);
    return countStatements(async () => void (await importFile(request(written(rows.join('')), { map, turn: rules }))));
  };
  const few = await statementsOf(10);
  expect(await statementsOf(400)).toBe(few);
  expect(few).toBeLessThanOrEqual(MOST_STATEMENTS);
});

test('a row that the database cannot hold costs itself, and no other of its batch', async () => {
  const map = aLeadsMap({ contact: { email: '{email}', name: '{name}', timeZone: '{zone}' } });
  await context.db
    .$executeRaw`ALTER TABLE contact ADD CONSTRAINT odd CHECK (name <> 'Odd' OR 1 / length(replace(name, 'Odd', '')) > 0)`;
  const result = await importFile(
    request(written('Ana,a@x.example,UTC\nOdd,b@x.example,UTC\nEva,c@x.example,UTC\n', 'name,email,zone'), { map }),
  );
  await context.db.$executeRaw`ALTER TABLE contact DROP CONSTRAINT odd`;
  expect(result).toMatchObject({ read: 3, imported: 2, rejected: 1 });
  expect(result.firstRejects).toMatchObject([{ line: 3, code: 'VIV_ROW_INVALID' }]);
  expect(statSync(files.path('rejects.csv')).size).toBeGreaterThan(0);
});
