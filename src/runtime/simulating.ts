import { readdirSync } from 'node:fs';
import path from 'node:path';
import type { Condition } from '../domain/conditions';
import { evaluate } from '../domain/conditions';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Script } from '../domain/rehearsal/script';
import type { Rules } from '../domain/rules';
import type { Definition } from '../domain/sequence/definition';
import { wantedBy } from '../domain/simulation/event-log';
import type { MeasuredTemplate } from '../domain/simulation/model';
import type { Newcomer } from '../domain/simulation/person';
import { type Report, reportOf } from '../domain/simulation/report';
import type { Resources } from '../domain/simulation/resources';
import { type Population, simulate } from '../domain/simulation/simulate';
import type { Counts } from '../domain/simulation/tally';
import { problemText } from '../domain/yaml/problem';
import { sampleProfiles } from '../sample/profiles';
import { measuredBehaviour } from '../store/behaviour';
import type { Db } from '../store/db';
import { readPopulation } from '../store/population';
import { readSequenceFile } from './sequence-files';

/** Made-up people are drawn from so many samples. */
const PROFILES = 2000;

export interface SimulateRequest {
  readonly rules: Rules;
  /** A sequence file, or the name of one in `folder`. */
  readonly sequence: { readonly name: string } | { readonly file: string };
  /** Where the sequences stand that it may join. */
  readonly folder: string;
  /** So many made-up people; or the contacts of a database, at most `limit`. */
  readonly population: { readonly count: number } | { readonly db: Db; readonly limit: number };
  /** The database whose sends say how people behave; absent: personas alone do. */
  readonly measuredFrom?: Db;
  readonly script: Script;
  readonly seeds: number;
  readonly arrivalsPerDay?: number;
  readonly resources: Resources;
  readonly startsAt: Instant;
  readonly days: number;
  readonly onProgress?: (progress: { readonly run: number; readonly day: number }) => void;
}

export interface SimulationResult extends Report {
  readonly sequence: string;
  readonly population: { readonly type: 'made-up' | 'real'; readonly people: number; readonly notLetIn: number };
  readonly startsAt: string;
  readonly days: number;
  readonly seeds: readonly number[];
  /** Templates whose rates were measured, and those that go by personas alone. */
  readonly behaviour: { readonly measured: readonly string[]; readonly byPersona: readonly string[] };
  readonly seconds: number;
}

/**
 * Simulates a sequence with several seeds; reads alone. Throws VIV_SEQUENCE_UNKNOWN, VIV_SEQUENCE_INVALID and, when nobody on
 * record may enter, VIV_POPULATION_EMPTY.
 */
export async function runSimulation(request: SimulateRequest): Promise<SimulationResult> {
  const beganAt = performance.now();
  const { rules, days, startsAt, arrivalsPerDay, resources, onProgress } = request;
  const files = await definitionsIn(request.folder);
  const sequence = await sequenceOf(request, files);
  const others = joinedBy(sequence, files);
  const { population, notLetIn } = await populationOf(request, sequence);
  const measured = request.measuredFrom
    ? await measuredBehaviour(request.measuredFrom, { now: startsAt })
    : new Map<string, MeasuredTemplate>();
  const seeds = Array.from({ length: request.seeds }, (_, index) => request.script.seed + index);
  const runs: Counts[] = [];
  for (const [run, seed] of seeds.entries()) {
    const model = { script: { ...request.script, seed }, measured };
    const onDay = (day: number) => onProgress?.({ run, day });
    const input = { rules, sequence, others, population, arrivalsPerDay, model, resources, startsAt, days, onDay };
    runs.push(simulate(input));
  }
  const people = population.type === 'real' ? population.newcomers.length : population.count;
  return {
    sequence: sequence.sequence,
    population: { type: population.type, people, notLetIn },
    startsAt: new Date(startsAt).toISOString(),
    days,
    seeds,
    behaviour: behaviourSaid([sequence, ...others], measured),
    ...reportOf(runs, { resources, routing: rules.routing }),
    seconds: Math.round(performance.now() - beganAt) / 1000,
  };
}

type Files = readonly Definition[];

/** All valid sequence files of a folder; the others are no matter here. */
export async function definitionsIn(folder: string): Promise<Files> {
  const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  const read = await Promise.all(names.map((name) => readSequenceFile(path.join(folder, name))));
  return read.flatMap((one) => (one.type === 'valid' ? [one.definition] : []));
}

async function sequenceOf({ sequence }: Pick<SimulateRequest, 'sequence'>, files: Files): Promise<Definition> {
  if ('name' in sequence) {
    const found = files.find((definition) => definition.sequence === sequence.name);
    if (found) return found;
    const known = files.map((definition) => definition.sequence).join(', ');
    throw failure('VIV_SEQUENCE_UNKNOWN', { sequence: sequence.name, known });
  }
  return readDraft(sequence.file);
}

/** Throws VIV_SEQUENCE_INVALID. */
export async function readDraft(file: string): Promise<Definition> {
  const read = await readSequenceFile(file);
  if (read.type === 'valid') return read.definition;
  throw failure('VIV_SEQUENCE_INVALID', { file, problems: read.problems.map(problemText).join('\n') });
}

/** The sequences that it joins, and those that these join. */
export function joinedBy(sequence: Definition, files: Files): Files {
  const found = new Set([sequence]);
  for (const definition of found)
    for (const step of definition.steps) {
      const joined = step.type === 'join' ? files.find((one) => one.sequence === step.sequence) : undefined;
      if (joined && joined.sequence !== sequence.sequence) found.add(joined); // a set grows while it is walked
    }
  return [...found].slice(1);
}

async function populationOf(
  { population, rules, script, startsAt }: SimulateRequest,
  sequence: Definition,
): Promise<{ readonly population: Population; readonly notLetIn: number }> {
  if ('count' in population) {
    const { count } = population;
    const profiles = sampleProfiles({ count: Math.min(count, PROFILES), seed: script.seed, now: startsAt });
    return { population: { type: 'made-up', profiles, count, offer: offerOf(sequence) }, notLetIn: 0 };
  }
  const { db, limit } = population;
  const { newest } = wantedBy(rules, [sequence]);
  const newcomers: Newcomer[] = [];
  let notLetIn = 0;
  const query = { audience: sequence.audience, rules, now: startsAt, newest, limit };
  for await (const page of readPopulation(db, query)) {
    const fitting = page.filter((newcomer) => mayEnter(sequence, newcomer, startsAt));
    notLetIn += page.length - fitting.length;
    newcomers.push(...fitting);
  }
  if (newcomers.length === 0)
    throw failure('VIV_POPULATION_EMPTY', { sequence: sequence.sequence, audience: sequence.audience, notLetIn });
  return { population: { type: 'real', newcomers }, notLetIn };
}

/** Whether the entry's condition holds for somebody on record, as the daily sweep or their event would ask. */
function mayEnter({ enter: { where, when } }: Definition, newcomer: Newcomer, now: Instant): boolean {
  const { contact, lead, client, events = [] } = newcomer;
  const numbered = events.map((event, index) => ({ ...event, seq: index + 1 }));
  const facts = { contact, lead, client, organisation: null, events: numbered, lastSeq: numbered.length };
  return [where, when].every((condition) => condition === undefined || evaluate(condition, facts, now));
}

/** The offer that the entry asks for; made-up leads are interested in it. */
function offerOf({ enter: { where, when } }: Definition): string {
  return [where, when].map((condition) => condition && offerIn(condition)).find(Boolean) ?? 'course';
}

function offerIn(condition: Condition): string | undefined {
  if ('all' in condition) return condition.all.map(offerIn).find(Boolean);
  if ('fact' in condition && condition.fact === 'lead.offer' && 'is' in condition) return String(condition.is);
  return undefined;
}

function behaviourSaid(definitions: Files, measured: ReadonlyMap<string, unknown>): SimulationResult['behaviour'] {
  const templates = definitions.flatMap(({ steps }) =>
    steps.flatMap((step) =>
      step.type === 'mail'
        ? [step.template ?? [], ...(step.variants ?? []).map(({ template }) => template)].flat()
        : [],
    ),
  );
  const used = [...new Set(templates)];
  return {
    measured: used.filter((template) => measured.has(template)),
    byPersona: used.filter((template) => !measured.has(template)),
  };
}
