import { z } from 'zod';
import { attributeName, organisationField, tagsField, text } from '../api/contract/common';
import { contactBody } from '../api/contract/leads';
import { failure } from '../domain/errors';
import type { OrganisationFacts } from '../domain/facts';
import type { Instant, Json } from '../domain/ids';
import { slug } from '../domain/sequence/names';
import type { Profile } from '../domain/simulation/population';
import { columnsIn } from './columns';
import { checked, leftOutBecause, toRegistration } from './convert';
import type { LeadsMap } from './map';
import { type AnyRow, openCsv, type Row } from './rows';
import { instantIn, wrongRow } from './values';
import { attempted } from './walk';

export interface PeopleRequest {
  readonly file: string;
  /** What its columns mean; none: the columns have the names of docs/simulation.md. */
  readonly map?: LeadsMap;
  /** Purposes that everyone has consented to where the file says nothing of consent. */
  readonly consents: readonly string[];
  /** Most rows. */
  readonly limit: number;
  readonly now: Instant;
  /** Of telephone numbers that do not say theirs, where the mapping names none (ISO 3166-1). */
  readonly country?: string | undefined;
}

/** A row that is refused. */
export interface RefusedRow {
  readonly line: number;
  readonly reason: string;
}

export interface ListedPeople {
  readonly people: readonly Profile[];
  readonly refused: readonly RefusedRow[];
  /** Rows that the mapping leaves out, or whose address stood above. */
  readonly leftOut: number;
}

/**
 * The people of a CSV file, one per row, for a simulation: nothing is put on record. Throws VIV_FILE_UNREADABLE and VIV_CSV_INVALID;
 * what is wrong with single rows is told.
 */
export async function readPeople(request: PeopleRequest): Promise<ListedPeople> {
  const { file, map, limit } = request;
  const { columns, rows, close } = await openCsv(file, {
    delimiter: map ? map.delimiter : ',',
    encoding: map?.encoding,
    needs: map ? columnsIn(map) : [],
  });
  const convert = map ? byMap(map, request) : byNames(columns, request);
  const [people, refused]: [Profile[], RefusedRow[]] = [[], []];
  const seen = new Set<string>();
  let leftOut = 0;
  for await (const row of rows) {
    if (row.number > limit) break;
    const step = read(row, { map, convert });
    if ('reason' in step) refused.push({ line: row.line, reason: step.reason });
    else if (step.profile === null || isSeen(seen, step.profile)) leftOut += 1;
    else people.push(step.profile);
  }
  await close();
  return { people, refused, leftOut };
}

type Read = { readonly profile: Profile | null } | { readonly reason: string };

function read(
  row: AnyRow,
  { map, convert }: { readonly map: LeadsMap | undefined; readonly convert: (row: Row) => Profile },
): Read {
  if (!('cells' in row)) return { reason: row.reason };
  if (map && leftOutBecause(row, map) !== undefined) return { profile: null };
  const item = attempted(() => convert(row));
  return 'value' in item ? { profile: item.value } : { reason: item.reason };
}

function isSeen(seen: Set<string>, { email }: Profile): boolean {
  return email !== undefined && seen.size === seen.add(email.toLowerCase()).size;
}

/** As an import would take the row; without a consent in the mapping nobody has given any. */
function byMap(map: LeadsMap, { now, country }: PeopleRequest): (row: Row) => Profile {
  return (row) => {
    const { contact, lead, consent } = toRegistration(row, map, { now, country });
    const { email, name = null, timeZone = 'UTC', locale = 'en', attributes = {} } = contact;
    const { offer, source, campaign = null } = lead;
    const consents = consent?.granted ? [consent.purpose] : [];
    return { email, name, timeZone, locale, attributes, offer, source, campaign, consents };
  };
}

const PLAIN = ['email', 'name', 'timeZone', 'locale', 'tags', 'consents', 'offer', 'source', 'campaign'] as const;
const ORGANISATION = ['domain', 'name', 'sector', 'size', 'country'] as const;
const BOUGHT = ['lastPurchaseAt', 'purchases', 'revenue'] as const;
const ATTRIBUTE = 'attributes.';

/** Every column that a file without a mapping may have, but for attributes. */
export const PEOPLE_COLUMNS: readonly string[] = [
  ...PLAIN,
  ...ORGANISATION.map((name) => `organisation.${name}`),
  ...BOUGHT,
];

const personSchema = contactBody.omit({ email: true }).extend({
  email: contactBody.shape.email.optional(),
  consents: z.array(slug).max(50).optional(),
  offer: text(100).optional(),
  source: text(100).optional(),
  campaign: text(100).optional(),
  tags: tagsField.optional(),
  organisation: organisationField.optional(),
});

function byNames(columns: readonly string[], { file, consents, now }: PeopleRequest): (row: Row) => Profile {
  const unknown = columns.find((name) => !PEOPLE_COLUMNS.includes(name) && !isAttribute(name));
  if (unknown !== undefined) throw failure('VIV_CSV_INVALID', { file, problem: unknownProblem(unknown) });
  const attributeColumns = columns.filter(isAttribute);
  const hasConsents = columns.includes('consents');
  return (row) => {
    const person = checked(personSchema, {
      ...Object.fromEntries(
        ['email', 'name', 'timeZone', 'locale', 'offer', 'source', 'campaign'].map((name) => [name, cell(row, name)]),
      ),
      tags: listed(row, 'tags'),
      consents: hasConsents ? (listed(row, 'consents') ?? []) : undefined,
      organisation: organisationIn(row),
      attributes: attributesIn(row, attributeColumns),
    });
    const { organisation, tags = [], attributes = {}, ...rest } = person;
    return {
      name: rest.name ?? null,
      timeZone: rest.timeZone ?? 'UTC',
      locale: rest.locale ?? 'en',
      attributes,
      tags: [...new Set(tags)].sort(),
      source: rest.source ?? 'listed',
      campaign: rest.campaign ?? null,
      consents: rest.consents ?? consents,
      ...(rest.email === undefined ? {} : { email: rest.email }),
      ...(rest.offer === undefined ? {} : { offer: rest.offer }),
      ...(organisation ? { organisation: organisationFacts(organisation) } : {}),
      ...boughtIn(row, now),
    };
  };
}

const organisationFacts = ({
  domain,
  name,
  sector,
  size,
  country,
}: z.output<typeof organisationField>): OrganisationFacts => ({
  id: domain,
  domain,
  name: name ?? null,
  sector: sector ?? null,
  size: size ?? null,
  country: country ?? null,
});

const isAttribute = (name: string): boolean =>
  name.startsWith(ATTRIBUTE) && attributeName.safeParse(name.slice(ATTRIBUTE.length)).success;

const unknownProblem = (name: string): string =>
  `nobody knows the column "${name}"; there are ${PEOPLE_COLUMNS.join(', ')} and attributes.NAME. For other names, say what they mean: --map FILE`;

/** Undefined: the column is not there, or the cell is empty. */
const cell = ({ cells }: Row, name: string): string | undefined => cells.get(name)?.trim() || undefined;

/** Several in one cell stand between bars: `vip|fair`. */
const listed = (row: Row, name: string): readonly string[] | undefined =>
  cell(row, name)
    ?.split('|')
    .map((one) => one.trim());

function organisationIn(row: Row) {
  const [domain, name, sector, size, country] = ORGANISATION.map((part) => cell(row, `organisation.${part}`));
  if ([domain, name, sector, size, country].every((one) => one === undefined)) return undefined;
  if (domain === undefined)
    throw wrongRow('organisation.domain is empty, and it is what tells an organisation from others');
  return { domain, name, sector, size: size === undefined ? undefined : numberIn(row, 'organisation.size'), country };
}

const NUMBER = /^-?\d{1,15}(\.\d{1,15})?$/;

function numberIn(row: Row, name: string): number {
  const text = cell(row, name) ?? '';
  if (!NUMBER.test(text)) throw wrongRow(`${name} is "${text}", no number like 1234.5`);
  return Number(text);
}

/** `true` and `false`, numbers, and text. */
function attributesIn(row: Row, columns: readonly string[]): { readonly [key: string]: Json } {
  return Object.fromEntries(
    columns.flatMap((column): [string, Json][] => {
      const value = cell(row, column);
      return value === undefined ? [] : [[column.slice(ATTRIBUTE.length), typed(value)]];
    }),
  );
}

function typed(value: string): Json {
  if (value === 'true' || value === 'false') return value === 'true';
  return NUMBER.test(value) ? Number(value) : value;
}

function boughtIn(row: Row, now: Instant): Pick<Profile, 'bought'> {
  const last = cell(row, 'lastPurchaseAt');
  const other = BOUGHT.slice(1).find((name) => cell(row, name) !== undefined);
  if (last === undefined && other !== undefined) throw wrongRow(`${other} needs lastPurchaseAt beside it`);
  if (last === undefined) return {};
  const lastAt = instantIn(row, { column: 'lastPurchaseAt', zone: 'UTC' });
  if (lastAt > now) throw wrongRow(`lastPurchaseAt is "${last}", which lies in the future`);
  const purchases = cell(row, 'purchases') === undefined ? 1 : numberIn(row, 'purchases');
  const revenue = cell(row, 'revenue') === undefined ? 0 : numberIn(row, 'revenue');
  return { bought: { lastAt, purchases, revenue } };
}
