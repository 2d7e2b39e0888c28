import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { compileTemplates, type Rendered, type RenderRequest, type Templates } from '../../src/mail/templates';
import { knownFrom, readSequenceFile } from '../../src/runtime/sequence-files';
import { SEQUENCES, sequenceFiles, shippedRules, TEMPLATES } from './shipped';

const LOCALES = ['pt-BR', 'en', 'pl'] as const;
let templates: Templates;
beforeAll(async () => {
  templates = await compileTemplates(TEMPLATES);
}, 60_000);
const names = readdirSync(TEMPLATES).filter((name) => !name.startsWith('_'));
const isForReps = (name: string): boolean => name.startsWith('rep-');

const LINKS = {
  call: 'https://viveiro.test/call/t',
  unsubscribe: 'https://viveiro.test/u/t',
  preferences: 'https://viveiro.test/p/t',
  confirm: 'https://viveiro.test/y/t',
  ebook: 'https://viveiro.test/f/guide/file/t',
  calendar: 'https://viveiro.test/f/day/calendar/t',
};
/** Mails that Viveiro itself relies on: their one link is signed, and says what they are for. */
const OWN: { readonly [name: string]: string } = {
  'opt-in-confirm': LINKS.confirm,
  'opt-in-reminder': LINKS.confirm,
  'preference-link': LINKS.preferences,
  'ebook-delivery': LINKS.ebook,
  'webinar-confirmed': LINKS.calendar,
  'webinar-reminder': LINKS.calendar,
};
const WEBINAR = {
  name: 'day',
  startsAt: '2027-03-10T22:00:00Z',
  endsAt: '2027-03-10T23:00:00Z',
  title: 'A day',
  place: 'Rua das Mudas 10',
};
const SENDER = { name: 'Sementeira', postalAddress: 'Rua das Mudas 10, Holambra' };

function journeyData(name: string, contactName: string): RenderRequest['data'] {
  const [firstName = ''] = contactName.split(' ');
  const isForClients = name.startsWith('client-');
  return {
    contact: { name: contactName, firstName, email: 'ana@example.test', locale: 'en', attributes: {} },
    lead: isForClients ? null : { offer: 'course', source: 'form' },
    client: isForClients ? { lastPurchaseOn: '3 October 2025' } : null,
    sequence: { title: 'A title' },
    links: LINKS,
    ...(name.startsWith('webinar-') ? { webinar: WEBINAR } : {}),
    sender: SENDER,
  };
}

const REP_DATA = {
  rep: { name: 'Rita' },
  lead: { name: 'Ana Lima', offer: 'course', score: 31.5, grade: 'B', temperature: 'hot' },
  story: [
    { day: '2 Mar', text: 'showed interest, form' },
    { day: '5 Mar', text: 'asked to be called' },
  ],
  links: {
    accept: 'https://viveiro.test/h/t#accept',
    reject: 'https://viveiro.test/h/t#reject',
    recycle: 'https://viveiro.test/h/t#recycle',
  },
  dueText: 'Fri 6 Mar, 09:00 (America/Sao_Paulo)',
};

const FOOTER = {
  postalAddress: SENDER.postalAddress,
  unsubscribeUrl: LINKS.unsubscribe,
  preferencesUrl: LINKS.preferences,
};
const rendered = (name: string, locale: string, contactName = 'Ana Lima'): Rendered =>
  templates.render({
    template: name,
    locale,
    data: isForReps(name) ? REP_DATA : journeyData(name, contactName),
    trackedUrl: (position) => `https://viveiro.test/c/${position}`,
    ...(isForReps(name) ? {} : { footer: FOOTER }),
  });
const both = names.flatMap((name) => LOCALES.map((locale) => [name, locale] as const));

test.each(sequenceFiles)('%s is valid with the shipped rules and templates, without a warning', async (file) => {
  const known = knownFrom(await shippedRules());
  const checkTemplate = (name: string, mail: { readonly purpose: string }) => templates.check(name, mail);
  const read = await readSequenceFile(path.join(SEQUENCES, file), { ...known, checkTemplate });
  expect(read).toMatchObject({ type: 'valid', warnings: [] });
});

test('every template is sent by a shipped sequence or by the handoff, and every file names a schema that is there', () => {
  const folders = [SEQUENCES, path.join(SEQUENCES, 'rules'), path.join(SEQUENCES, 'scripts')];
  const files = folders.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.endsWith('.yaml'))
      .map((name) => path.join(folder, name)),
  );
  const texts = files.map((file) => readFileSync(file, 'utf8'));
  for (const [index, text] of texts.entries()) {
    const [, schema = ''] = /^# yaml-language-server: \$schema=(\S+)\n#/.exec(text) ?? [];
    expect(existsSync(path.join(files[index] ?? '', '..', schema))).toBe(true);
    expect(schema).not.toBe('');
  }
  const sent = texts.flatMap((text) => [...text.matchAll(/template: ([a-z-]+)/g)].map(([, name]) => name));
  expect(new Set(sent)).toEqual(new Set(names.filter((name) => !isForReps(name))));
});

test.each(both)('%s in %s renders, with and without a name, and leaves nothing open', (name, locale) => {
  for (const contactName of ['Ana Lima', '']) {
    const { subject, text, html, locale: used } = rendered(name, locale, contactName);
    expect(used).toBe(locale);
    expect(subject.length).toBeGreaterThan(5);
    expect(subject.length).toBeLessThan(90);
    for (const part of [subject, text, html])
      expect(part).not.toMatch(/\{\{|\}\}|undefined|\[object| ,|Olá, !|Hello ,/);
    expect(text.trim().split(/\s+/).length).toBeGreaterThan(60);
    if (!isForReps(name)) expect(text).toContain(SENDER.postalAddress);
  }
});

test.each(Object.keys(OWN))('%s leads to its page in every language, and advertises nothing', (name) => {
  for (const locale of LOCALES) {
    const { html, text, links } = rendered(name, locale);
    expect(links).toEqual([]);
    for (const part of [html, text]) expect(part).toContain(OWN[name]);
  }
});

test.each(names.filter((name) => !isForReps(name) && !OWN[name]))('%s has the same links in all languages', (name) => {
  const [portuguese, english, polish] = LOCALES.map((locale) => rendered(name, locale));
  const linkNames = english?.links.map((link) => link.name) ?? [];
  for (const other of [portuguese, polish]) expect(other?.links.map((link) => link.name)).toEqual(linkNames);
  expect(linkNames.length).toBeGreaterThanOrEqual(1);
  expect(linkNames.length).toBeLessThanOrEqual(3);
  expect(new Set(linkNames).size).toBe(linkNames.length);
  for (const { url } of english?.links ?? []) expect(url).toMatch(/^https:\/\/course\.example\/en\//);
  for (const { url } of portuguese?.links ?? []) expect(url).toMatch(/^https:\/\/course\.example\/(?!en\/|pl\/)/);
  for (const { url } of polish?.links ?? []) expect(url).toMatch(/^https:\/\/course\.example\/pl\//);
  const hasCall = (one: Rendered | undefined) => one?.html.includes(LINKS.call);
  for (const other of [portuguese, polish]) expect(hasCall(other)).toBe(hasCall(english));
});

test('the mail to a rep tells the story and offers all three answers', () => {
  for (const [name, locale] of both.filter(([one]) => isForReps(one))) {
    const { html, text, subject } = rendered(name, locale);
    for (const link of Object.values(REP_DATA.links)) expect(html).toContain(link);
    for (const line of REP_DATA.story) expect(text).toContain(line.text);
    expect(text.replaceAll(/\s+/g, ' ')).toContain(REP_DATA.dueText);
    expect(subject).toContain('Ana Lima');
  }
});

test('a script that is written for the shipped sequence names steps that it has', async () => {
  const read = await readSequenceFile(path.join(SEQUENCES, 'course-nurture.yaml'));
  const mails = read.type === 'valid' ? read.definition.steps.filter(({ type }) => type === 'mail') : [];
  const text = readFileSync(path.join(SEQUENCES, 'scripts/one-lead.yaml'), 'utf8');
  for (const [, step] of text.matchAll(/afterStep: ([a-z-]+)/g)) expect(mails.map(({ id }) => id)).toContain(step);
});

test('every marketing mail offers the way out and the preference page, in the page and in the text', () => {
  for (const [name, locale] of both.filter(([one]) => !isForReps(one) && !OWN[one])) {
    const { html, text } = rendered(name, locale);
    for (const part of [html, text])
      for (const link of [LINKS.unsubscribe, LINKS.preferences]) expect(part).toContain(link);
  }
});
