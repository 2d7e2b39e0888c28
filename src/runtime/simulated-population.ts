import { type Condition, evaluate } from '../domain/conditions';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Rules } from '../domain/rules';
import type { Definition } from '../domain/sequence/definition';
import { reentry } from '../domain/sequence/reentry';
import { isEnteredBySweep } from '../domain/simulation/arrivals';
import { wantedBy } from '../domain/simulation/event-log';
import type { Newcomer } from '../domain/simulation/newcomer';
import type { DomainShare, Population } from '../domain/simulation/population';
import { readPeople } from '../importing/people';
import { sampleProfiles } from '../sample/profiles';
import type { Db } from '../store/db';
import { readPopulation } from '../store/population';
import { loadMap } from './import-map';

/** Made-up people are drawn from so many samples. */
const PROFILES = 2000;
const MOST_TOLD = 10;

/** Whom to simulate. */
export type PopulationRequest =
  /** So many made-up people. */
  | { readonly type: 'made-up'; readonly count: number; readonly domains?: readonly DomainShare[] }
  /** Those of a CSV file; `map`: a mapping of leads, as for imports. */
  | {
      readonly type: 'listed';
      readonly file: string;
      readonly map?: string;
      readonly limit: number;
      /** Leaves out rows that are refused. Default: then nobody is simulated. */
      readonly skipBadRows?: boolean;
    }
  /** The contacts of a database, at most `limit`. */
  | { readonly type: 'real'; readonly db: Db; readonly limit: number; readonly journeys?: JourneysOnRecord };

/**
 * What becomes of journeys on record. `carry-on`, the default: those that are under way go on from where they stand, and others who may
 * enter begin. `under-way`: nobody begins but by what happens and by the sweep. `anew`: everyone who fits begins, as if nobody ever had.
 */
export type JourneysOnRecord = 'carry-on' | 'under-way' | 'anew';

export interface Wanted {
  readonly request: PopulationRequest;
  readonly rules: Rules;
  readonly sequence: Definition;
  /** The others that people may go through. */
  readonly others: readonly Definition[];
  readonly seed: number;
  readonly startsAt: Instant;
}

/** What is told of a population beside its size. */
export interface PopulationNotes {
  /** People on record who do not fit the sequence's entry. */
  readonly notLetIn: number;
  /** Rows of a file that were refused, and those that its mapping leaves out or that repeat an address. */
  readonly badRows: number;
  readonly leftOut: number;
}

interface Found {
  readonly population: Population;
  readonly notes: PopulationNotes;
}

const NOTHING: PopulationNotes = { notLetIn: 0, badRows: 0, leftOut: 0 };

/**
 * The people that are asked for. Throws VIV_POPULATION_EMPTY when nobody on record may enter, VIV_POPULATION_INVALID when rows of a
 * file are refused, and what reading the file or its mapping throws.
 */
export async function populationOf(wanted: Wanted): Promise<Found> {
  const { request } = wanted;
  switch (request.type) {
    case 'made-up':
      return { population: madeUpPeople(wanted, request), notes: NOTHING };
    case 'listed':
      return listedPeople(wanted, request);
    case 'real':
      return peopleOnRecord(wanted, request);
    default:
      throw new TypeError(`unknown population ${JSON.stringify(request satisfies never)}`);
  }
}

function madeUpPeople(
  { sequence, seed, startsAt }: Wanted,
  { count, domains }: Extract<PopulationRequest, { type: 'made-up' }>,
): Population {
  const profiles = sampleProfiles({ count: Math.min(count, PROFILES), seed, now: startsAt });
  return { type: 'made-up', profiles, count, offer: offerOf(sequence), domains };
}

async function listedPeople(
  { rules, sequence, startsAt: now }: Wanted,
  { file, map: mapFile, limit, skipBadRows = false }: Extract<PopulationRequest, { type: 'listed' }>,
): Promise<Found> {
  const map = mapFile === undefined ? undefined : await loadMap(mapFile);
  if (map !== undefined && map.import !== 'leads')
    throw failure('VIV_USAGE', {
      problem: `${mapFile} is a mapping of ${map.import}; a population needs one of leads`,
    });
  const { people, refused, leftOut } = await readPeople({
    file,
    map,
    consents: rules.gate.consentFor,
    limit,
    now,
    country: rules.identity?.defaultCountry,
  });
  if (refused.length > 0 && !skipBadRows) {
    const told = refused.slice(0, MOST_TOLD).map(({ line, reason }) => `line ${line}: ${reason}`);
    const rest = refused.length > MOST_TOLD ? [`and ${refused.length - MOST_TOLD} more`] : [];
    throw failure('VIV_POPULATION_INVALID', { file, count: refused.length, problems: [...told, ...rest].join('\n') });
  }
  if (people.length === 0) throw failure('VIV_CSV_INVALID', { file, problem: 'nobody stands in it' });
  const population: Population = { type: 'listed', profiles: people, offer: offerOf(sequence) };
  return { population, notes: { ...NOTHING, badRows: refused.length, leftOut } };
}

async function peopleOnRecord(
  { rules, sequence, others, startsAt: now }: Wanted,
  { db, limit, journeys = 'carry-on' }: Extract<PopulationRequest, { type: 'real' }>,
): Promise<Found> {
  const sequences = [sequence, ...others];
  const { newest } = wantedBy(rules, sequences);
  const carryOn = journeys === 'anew' ? undefined : sequences.map((one) => one.sequence);
  const sorted: Sorted = { comes: [], present: [], notLetIn: 0 };
  for await (const page of readPopulation(db, { audience: sequence.audience, rules, now, newest, limit, carryOn }))
    for (const newcomer of page) sort(sorted, newcomer, { sequence, journeys, now });
  const { comes: newcomers, present, notLetIn } = sorted;
  if (newcomers.length + present.length === 0)
    throw failure('VIV_POPULATION_EMPTY', { sequence: sequence.sequence, audience: sequence.audience, notLetIn });
  return { population: { type: 'real', newcomers, present }, notes: { ...NOTHING, notLetIn } };
}

interface Sorted {
  readonly comes: Newcomer[];
  readonly present: Newcomer[];
  notLetIn: number;
}

function sort(
  sorted: Sorted,
  newcomer: Newcomer,
  {
    sequence,
    journeys,
    now,
  }: { readonly sequence: Definition; readonly journeys: JourneysOnRecord; readonly now: Instant },
): void {
  const isSwept = isEnteredBySweep(sequence.enter); // whoever does not fit today may fit on another day
  const isThere = isSwept || (newcomer.underWay ?? []).length > 0;
  if (!isSwept && journeys !== 'under-way' && mayEnter(sequence, newcomer, now)) sorted.comes.push(newcomer);
  else if (isThere) sorted.present.push(newcomer);
  else sorted.notLetIn += 1;
}

/** Whether the entry's condition holds for somebody on record, and its re-entry rule lets them in, as their event would ask. */
function mayEnter(
  { sequence, enter: { where, when }, reenter, audience }: Definition,
  newcomer: Newcomer,
  now: Instant,
): boolean {
  const { contact, lead, client, organisation = null, events = [], past = [] } = newcomer;
  const leadId = audience === 'lead' ? (lead?.id ?? null) : null;
  const earlier = past.filter((journey) => journey.sequence === sequence);
  const hasKey = typeof reenter === 'string' || reenter.perKey === undefined; // a key comes with an event
  if (hasKey && reentry(reenter, earlier, { leadId, key: undefined, now }) !== undefined) return false;
  const numbered = events.map((event, index) => ({ ...event, seq: index + 1 }));
  const facts = { contact, lead, client, organisation, events: numbered, lastSeq: numbered.length };
  return [where, when].every((condition) => condition === undefined || evaluate(condition, facts, now));
}

/** The offer that the entry asks for; undefined: none. */
export function offerAsked({ enter: { where, when } }: Definition): string | undefined {
  return [where, when].map((condition) => condition && offerIn(condition)).find(Boolean);
}

/** In what made-up leads are interested. */
export const offerOf = (sequence: Definition): string => offerAsked(sequence) ?? 'course';

function offerIn(condition: Condition): string | undefined {
  if ('all' in condition) return condition.all.map(offerIn).find(Boolean);
  if ('fact' in condition && condition.fact === 'lead.offer' && 'is' in condition) return String(condition.is);
  return undefined;
}
