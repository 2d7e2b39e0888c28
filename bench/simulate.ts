import path from 'node:path';
import { advance } from '../src/domain/journey/advance';
import { initialState } from '../src/domain/journey/state';
import { scriptSchema } from '../src/domain/rehearsal/script';
import type { Profile } from '../src/domain/simulation/population';
import { type Simulated, simulate } from '../src/domain/simulation/simulate';
import { loadRules } from '../src/runtime/rules';
import { readSequenceFile } from '../src/runtime/sequence-files';
import { sampleProfiles } from '../src/sample/profiles';

const SEQUENCES = path.resolve(__dirname, '../sequences');
const LEADS = 20_000;
const DAYS = 90;
const ROUNDS = 5;
/** A Monday morning in São Paulo: the bench is the same on every day. */
const STARTS_AT = Date.UTC(2026, 0, 5, 12);
const ADVANCES = 200_000;

/**
 * Lead-days per second on one core: the shipped course for 90 days, with the shipped rules, median of rounds with other seeds. The
 * first turn of a journey, asked for alone, stands beside it: how many of them the same core takes in a second.
 */
export async function simulateBench(): Promise<{ readonly [figure: string]: number }> {
  const profiles = sampleProfiles({ count: 2000, seed: 1, now: STARTS_AT });
  const input = await shipped(profiles);
  simulate({ ...input, model: { script: scriptSchema.parse({ seed: 0 }) } }); // warm
  const rounds: { readonly seconds: number; readonly mails: number; readonly advances: number }[] = [];
  for (let seed = 1; seed <= ROUNDS; seed += 1) {
    const advances = advancesPerSecond(input);
    const beganAt = performance.now();
    const { mails } = simulate({ ...input, model: { script: scriptSchema.parse({ seed }) } });
    rounds.push({ seconds: (performance.now() - beganAt) / 1000, mails, advances });
  }
  const rates = rounds.map(({ seconds }) => (LEADS * DAYS) / seconds);
  return {
    leads: LEADS,
    days: DAYS,
    mails: median(rounds.map(({ mails }) => mails)),
    seconds: Math.round(median(rounds.map(({ seconds }) => seconds)) * 1000) / 1000,
    leadDaysPerSecond: Math.round(median(rates)),
    bareAdvancesPerSecond: Math.round(median(rounds.map(({ advances }) => advances))),
    ratio: Math.round(median(rounds.map(({ seconds, advances }) => (LEADS * DAYS) / seconds / advances)) * 100) / 100,
  };
}

async function shipped(profiles: readonly Profile[]): Promise<Omit<Simulated, 'model'>> {
  const read = await readSequenceFile(path.join(SEQUENCES, 'course-nurture.yaml'));
  if (read.type === 'invalid') throw new Error('the shipped sequence is not valid');
  return {
    rules: await loadRules(path.join(SEQUENCES, 'rules')),
    sequence: read.definition,
    others: [],
    population: { type: 'made-up', profiles, count: LEADS, offer: 'course' },
    resources: {},
    startsAt: STARTS_AT,
    days: DAYS,
  };
}

/** The first turn of one journey, again and again, with keys and reasons as they are stored. */
function advancesPerSecond({ sequence: definition, rules }: Omit<Simulated, 'model'>): number {
  const contact = {
    id: 'ana',
    email: 'ana@example.test',
    name: 'Ana',
    locale: 'pt-BR',
    timeZone: 'America/Sao_Paulo',
    createdAt: STARTS_AT,
    attributes: {},
    tags: [],
  };
  const facts = { contact, lead: null, client: null, organisation: null, events: [], lastSeq: 0 };
  const journey = { id: 'journey', contactId: 'ana' };
  const state = initialState(0);
  const beganAt = performance.now();
  for (let turn = 0; turn < ADVANCES; turn += 1)
    advance({ definition, journey, state, facts, rules, now: STARTS_AT, turn });
  return ADVANCES / ((performance.now() - beganAt) / 1000);
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
