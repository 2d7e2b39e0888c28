import { readdirSync } from 'node:fs';
import path from 'node:path';
import { failure } from '../domain/errors';
import type { Instant } from '../domain/ids';
import type { Script } from '../domain/rehearsal/script';
import type { Rules } from '../domain/rules';
import type { Definition } from '../domain/sequence/definition';
import type { MeasuredTemplate } from '../domain/simulation/model';
import type { PlannedPause } from '../domain/simulation/pauses';
import { type Population, sizeOf } from '../domain/simulation/population';
import { type PauseReport, type Report, reportOf } from '../domain/simulation/report';
import type { Resources } from '../domain/simulation/resources';
import { problemText } from '../domain/yaml/problem';
import { measuredBehaviour } from '../store/behaviour';
import type { Db } from '../store/db';
import { decidedWinners } from '../store/experiments';
import { readSequenceFile } from './sequence-files';
import {
  type JourneysOnRecord,
  offerAsked,
  offerOf,
  type PopulationNotes,
  type PopulationRequest,
  populationOf,
} from './simulated-population';
import { type Common, type OnDay, simulateEach } from './simulation-runs';

export interface SimulateRequest {
  readonly rules: Rules;
  /** A sequence file, or the name of one in `folder`. */
  readonly sequence: { readonly name: string } | { readonly file: string };
  /** Where the sequences stand that it may join. */
  readonly folder: string;
  readonly population: PopulationRequest;
  /** The database whose sends say how people behave; absent: personas alone do. */
  readonly measuredFrom?: Db;
  readonly script: Script;
  /** Other sequences of the folder that people may enter meanwhile, by name. */
  readonly beside?: readonly string[] | 'all';
  /** Part of the people (0 to 1) who show interest again; `offer`: in what, default: what a sequence beside asks for, else something new. */
  readonly secondLeads?: { readonly share: number; readonly offer?: string };
  readonly seeds: number;
  readonly arrivalsPerDay?: number;
  readonly resources: Resources;
  readonly pauses?: readonly PlannedPause[];
  readonly startsAt: Instant;
  readonly days: number;
  /** Runs at a time; absent: one after the other, in this thread. */
  readonly threads?: number;
  readonly onProgress?: OnDay;
}

export interface SimulationResult extends Omit<Report, 'pauses'> {
  readonly pauses: readonly (PauseReport & {
    readonly mode: PlannedPause['mode'];
    /** Null: of everything. */
    readonly sequence: string | null;
    readonly from: string;
    readonly to: string;
  })[];
  readonly sequence: string;
  /** The others that people may go through. */
  readonly others: readonly string[];
  readonly population: {
    readonly type: PopulationRequest['type'];
    readonly people: number;
    /** Of contacts on record: what becomes of their journeys; null for others. */
    readonly journeys: JourneysOnRecord | null;
  } & PopulationNotes;
  readonly startsAt: string;
  readonly days: number;
  readonly seeds: readonly number[];
  /** Templates whose rates were measured, and those that go by personas alone. */
  readonly behaviour: { readonly measured: readonly string[]; readonly byPersona: readonly string[] };
  readonly seconds: number;
}

/**
 * Simulates a sequence with several seeds; reads alone. Throws VIV_SEQUENCE_UNKNOWN, VIV_SEQUENCE_INVALID, and
 * what `populationOf` throws.
 */
export async function runSimulation(request: SimulateRequest): Promise<SimulationResult> {
  const beganAt = performance.now();
  const { rules, days, startsAt, arrivalsPerDay, resources, onProgress } = request;
  const files = await definitionsIn(request.folder);
  const sequence = await sequenceOf(request, files);
  const others = reachedFrom([sequence, ...besideOf(request, { sequence, files })], files).filter(
    (one) => one !== sequence,
  );
  checkPauses(request, [sequence, ...others]);
  const secondLeads = request.secondLeads && { offer: secondOffer(sequence, others), ...request.secondLeads };
  const { seed } = request.script;
  const { population, notes } = await populationOf({
    request: request.population,
    rules,
    sequence,
    others,
    seed,
    startsAt,
  });
  const measured = request.measuredFrom
    ? await measuredBehaviour(request.measuredFrom, { now: startsAt })
    : new Map<string, MeasuredTemplate>();
  const older = olderIn(population);
  const decided = request.population.type === 'real' ? await decidedWinners(request.population.db) : undefined;
  const seeds = Array.from({ length: request.seeds }, (_, index) => seed + index);
  const common: Common = {
    rules,
    sequence,
    others,
    population,
    arrivalsPerDay,
    secondLeads,
    decided,
    older,
    pauses: request.pauses,
    resources,
    startsAt,
    days,
  };
  const runs = await simulateEach(
    common,
    seeds.map((ofRun) => ({ script: { ...request.script, seed: ofRun }, measured })),
    { threads: threadsFor(request, sizeOf(population)), onDay: onProgress },
  );
  const report = reportOf(runs, { resources, routing: rules.routing });
  return {
    sequence: sequence.sequence,
    others: others.map((one) => one.sequence),
    population: {
      type: population.type,
      people: sizeOf(population),
      journeys: journeysIn(request.population),
      ...notes,
    },
    startsAt: new Date(startsAt).toISOString(),
    days,
    seeds,
    behaviour: behaviourSaid([sequence, ...others], measured),
    ...report,
    pauses: pausesTold(request.pauses ?? [], report),
    seconds: Math.round(performance.now() - beganAt) / 1000,
  };
}

/** More people than that are not copied for each thread: memory would run out before time does. */
const MOST_COPIED = 100_000;

const threadsFor = ({ threads, population }: SimulateRequest, people: number): number | undefined =>
  threads !== undefined && population.type !== 'made-up' && people > MOST_COPIED ? 1 : threads;

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
export const joinedBy = (sequence: Definition, files: Files): Files => reachedFrom([sequence], files).slice(1);

/** These sequences, those that they join, those that these join, and so on. */
function reachedFrom(sequences: Files, files: Files): Files {
  const found = new Map(sequences.map((one) => [one.sequence, one]));
  for (const { steps } of found.values())
    for (const step of steps) {
      const joined = step.type === 'join' ? files.find((one) => one.sequence === step.sequence) : undefined;
      if (joined && !found.has(joined.sequence)) found.set(joined.sequence, joined); // a map grows while it is walked
    }
  return [...found.values()];
}

/** Throws VIV_SEQUENCE_UNKNOWN. */
function besideOf(
  { beside = [] }: Pick<SimulateRequest, 'beside'>,
  { sequence, files }: { readonly sequence: Definition; readonly files: Files },
): Files {
  const others = files.filter((one) => one.sequence !== sequence.sequence);
  if (beside === 'all') return others;
  return beside.map((name) => {
    const found = others.find((one) => one.sequence === name);
    if (found) return found;
    throw failure('VIV_SEQUENCE_UNKNOWN', { sequence: name, known: others.map((one) => one.sequence).join(', ') });
  });
}

const journeysIn = (asked: PopulationRequest): JourneysOnRecord | null =>
  asked.type === 'real' ? (asked.journeys ?? 'carry-on') : null;

/** The versions on which journeys on record go on. */
function olderIn(population: Population): Files {
  if (population.type !== 'real') return [];
  const people = [...population.newcomers, ...(population.present ?? [])];
  return [...new Set(people.flatMap(({ underWay = [] }) => underWay.map(({ definition }) => definition)))];
}

/** Throws VIV_SEQUENCE_UNKNOWN for a pause of a sequence that nobody goes through. */
function checkPauses({ pauses = [] }: Pick<SimulateRequest, 'pauses'>, simulated: Files): void {
  const names = simulated.map(({ sequence }) => sequence);
  const unknown = pauses.find(({ sequence }) => sequence !== undefined && !names.includes(sequence))?.sequence;
  if (unknown !== undefined) throw failure('VIV_SEQUENCE_UNKNOWN', { sequence: unknown, known: names.join(', ') });
}

const pausesTold = (planned: readonly PlannedPause[], { pauses }: Report): SimulationResult['pauses'] =>
  pauses.flatMap((counts, index) => {
    const pause = planned[index];
    if (!pause) return [];
    const { mode, sequence = null, from, to } = pause;
    return [{ mode, sequence, from: new Date(from).toISOString(), to: new Date(to).toISOString(), ...counts }];
  });

const SOMETHING_NEW = 'another-offer';

function secondOffer(sequence: Definition, others: Files): string {
  const first = offerOf(sequence);
  return others.map(offerAsked).find((offer) => offer !== undefined && offer !== first) ?? SOMETHING_NEW;
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
