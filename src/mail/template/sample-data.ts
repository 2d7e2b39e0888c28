import { z } from 'zod';
import { EVENTS } from '../../domain/event';
import type { Facts } from '../../domain/facts';
import type { Json } from '../../domain/ids';
import { inLocale } from '../../domain/template/content';
import { parseYaml } from '../../domain/yaml/parse';
import type { Problem } from '../../domain/yaml/problem';
import { journeyData } from '../journey-data';
import type { Filling } from '../render';
import type { SourceFile } from './files';
import { isSalesTemplate } from './shape';

const text = (description: string) => z.string().max(500).meta({ description });
const moment = z.iso.datetime({ offset: true, error: 'must be a moment like 2026-03-14T15:00:00Z' });
const scalar = z.union([z.string(), z.number(), z.boolean()]);

/** What a template for journeys is shown with: `sample.yaml` beside its texts. What it leaves out is made up. */
export const sampleSchema = z.strictObject({
  contact: z
    .strictObject({
      name: text('Empty for one who has told none.').default('Ana Lima'),
      email: z.email().default('ana@example.com').meta({ description: 'Their address.' }),
      timeZone: text('IANA zone, like America/Sao_Paulo.').optional(),
      attributes: z.record(z.string(), scalar).default({}).meta({ description: 'By name.' }),
    })
    .prefault({})
    .meta({ description: 'Who gets it.' }),
  lead: z
    .strictObject({
      offer: text('What the lead is interested in.').default('course'),
      source: text('Where the lead came from.').default('form'),
    })
    .nullable()
    .prefault({})
    .meta({ description: 'null: somebody who is none.' }),
  client: z
    .strictObject({
      lastPurchaseAt: moment.nullable().default('2026-03-14T15:00:00Z').meta({ description: 'null: never.' }),
      purchases: z.int().min(0).default(3).meta({ description: 'How many.' }),
      revenue: z.number().default(420).meta({ description: 'What they have paid in all.' }),
    })
    .nullable()
    .prefault({})
    .meta({ description: 'null: somebody who is none.' }),
  webinar: z
    .strictObject({
      name: text('As its form calls it.').default('open-day'),
      startsAt: moment.default('2026-06-18T22:00:00Z'),
      endsAt: moment.default('2026-06-18T23:00:00Z'),
      title: text('In the language of who has registered.').default('A visit to the nursery, live'),
      place: text('Address or link.').default('https://course.example/open-day'),
    })
    .nullable()
    .prefault({})
    .meta({ description: 'For which they have registered; null: for none.' }),
  sequence: z
    .strictObject({ title: text('Title of the sequence.').default('A sequence') })
    .prefault({})
    .meta({ description: 'What it is part of.' }),
  today: moment.default('2026-06-15T12:00:00Z').meta({ description: 'When it is sent.' }),
});

/** The same for the templates that the handoff sends. */
export const salesSampleSchema = z.strictObject({
  rep: z
    .strictObject({ name: text('Who gets it.').default('Rita') })
    .prefault({})
    .meta({ description: 'The rep.' }),
  lead: z
    .strictObject({
      name: text('Name.').default('Ana Lima'),
      offer: text('Offer.').default('course'),
      score: z.number().default(31.5).meta({ description: 'Interest.' }),
      grade: text('A to D.').default('B'),
      temperature: text('cold, warm or hot.').default('hot'),
    })
    .prefault({})
    .meta({ description: 'Whom it is about.' }),
  story: z
    .array(z.strictObject({ day: text('Day.'), text: text('What happened.') }))
    .default([
      { day: '2 Mar', text: 'showed interest, form' },
      { day: '5 Mar', text: 'asked to be called' },
    ])
    .meta({ description: 'Line by line.' }),
  dueText: text('When an answer is due.').default('Fri 6 Mar, 09:00 (America/Sao_Paulo)'),
});

const HOST = 'https://viveiro.example';
const POSTAL_ADDRESS = 'Rua das Mudas 1, 01000-000 São Paulo';
/** Links of the sample; as long as real ones are. */
export const SAMPLE_LINKS = {
  call: `${HOST}/call/sample`,
  unsubscribe: `${HOST}/u/sample`,
  preferences: `${HOST}/p/sample`,
  confirm: `${HOST}/y/sample`,
  ebook: `${HOST}/f/sample/file/sample`,
  calendar: `${HOST}/f/sample/calendar/sample`,
};
const TOKEN_LENGTH = 46;
const ZONES = [
  { locale: 'en', zone: 'Europe/London' },
  { locale: 'pt', zone: 'America/Sao_Paulo' },
  { locale: 'pl', zone: 'Europe/Warsaw' },
];

export type SampleFilling = Filling & { readonly locale: string };

/** What a template is filled with to be looked at; the same whenever it is asked for. */
export function sampleOf(
  template: string,
  locale: string,
  file?: SourceFile,
): { readonly filling: SampleFilling; readonly problems: readonly Problem[] } {
  const trackedUrl = (position: number) => `${HOST}/c/${`sample-${position}-`.padEnd(TOKEN_LENGTH, 'x')}`;
  if (isSalesTemplate(template)) {
    const { value, problems } = readSample(salesSampleSchema, file);
    const links = { accept: `${HOST}/h/s#accept`, reject: `${HOST}/h/s#reject`, recycle: `${HOST}/h/s#recycle` };
    return { filling: { locale, data: { ...value, links }, trackedUrl }, problems };
  }
  const { value, problems } = readSample(sampleSchema, file);
  const timeZone = value.contact.timeZone ?? inLocale(ZONES, locale)?.zone ?? 'UTC';
  const { unsubscribe: unsubscribeUrl, preferences: preferencesUrl } = SAMPLE_LINKS;
  const footer = { postalAddress: POSTAL_ADDRESS, unsubscribeUrl, preferencesUrl };
  const data = journeyData({
    facts: factsOf(value, { locale, timeZone }),
    title: value.sequence.title,
    links: SAMPLE_LINKS,
    sender: { name: 'Viveiro', postalAddress: POSTAL_ADDRESS },
    now: Date.parse(value.today),
  });
  return { filling: { locale, timeZone, data, footer, trackedUrl }, problems };
}

function readSample<S extends z.ZodType>(
  schema: S,
  file: SourceFile | undefined,
): { readonly value: z.output<S>; readonly problems: readonly Problem[] } {
  const made = schema.parse({}); // every key has a default
  if (!file) return { value: made, problems: [] };
  const read = parseYaml(file.text, file.file, schema);
  return read.type === 'valid' ? { value: read.value, problems: [] } : { value: made, problems: read.problems };
}

function factsOf(
  { contact, lead, client, webinar }: z.output<typeof sampleSchema>,
  reader: { readonly locale: string; readonly timeZone: string },
): Pick<Facts, 'contact' | 'lead' | 'client' | 'entry'> {
  const { name, email, attributes } = contact;
  const at = client?.lastPurchaseAt == null ? null : Date.parse(client.lastPurchaseAt);
  return {
    contact: {
      id: '',
      name,
      email,
      ...reader,
      createdAt: 0,
      attributes: attributes as { [key: string]: Json },
      tags: [],
    }, // scalars are JSON
    lead: lead && {
      ...lead,
      id: '',
      campaign: null,
      stage: 'new',
      temperature: 'warm',
      grade: 'B',
      score: 0,
      createdAt: 0,
    },
    client: client && { ...client, status: 'active', firstPurchaseAt: at, lastPurchaseAt: at },
    ...(webinar === null ? {} : { entry: registrationOf(webinar) }),
  };
}

const registrationOf = ({ name, ...dates }: NonNullable<z.output<typeof sampleSchema>['webinar']>) => ({
  seq: 0,
  type: EVENTS.webinarRegistered,
  at: 0,
  journeyId: null,
  properties: { webinar: name, ...dates },
});
