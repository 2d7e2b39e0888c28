import path from 'node:path';
import { advance } from '../src/domain/journey/advance';
import { initialState } from '../src/domain/journey/state';
import { scriptSchema } from '../src/domain/rehearsal/script';
import type { Profile } from '../src/domain/simulation/population';
import { loadRules } from '../src/runtime/rules';
import { readSequenceFile } from '../src/runtime/sequence-files';
import { type Common, simulateEach } from '../src/runtime/simulation-runs';
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
  const common = await shipped(profiles);
  const bare = [advancesPerSecond(common), advancesPerSecond(common)]; // the first of a process is slower
  const { counts, seconds } = await inOneThread(common);
  bare.push(advancesPerSecond(common), advancesPerSecond(common));
  const rate = (LEADS * DAYS) / median(seconds);
  return {
    leads: LEADS,
    days: DAYS,
    mails: median(counts.map(({ mails }) => mails)),
    seconds: Math.round(median(seconds) * 1000) / 1000,
    leadDaysPerSecond: Math.round(rate),
    bareAdvancesPerSecond: Math.round(median(bare)),
    ratio: Math.round((rate / median(bare)) * 100) / 100,
  };
}

/** As `viveiro simulate --threads 1` does it. The first run warms, and is left out. */
async function inOneThread(common: Common) {
  const endedAt: number[] = [];
  const onDay = ({ run, day }: { readonly run: number; readonly day: number }): void => {
    if (day === DAYS) endedAt[run] = performance.now();
  };
  const models = Array.from({ length: ROUNDS + 1 }, (_, seed) => ({ script: scriptSchema.parse({ seed }) }));
  const counts = await simulateEach(common, models, { threads: 1, onDay });
  const seconds = endedAt.slice(1).map((at, index) => (at - (endedAt[index] ?? at)) / 1000);
  return { counts: counts.slice(1), seconds };
}

async function shipped(profiles: readonly Profile[]): Promise<Common> {
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
function advancesPerSecond({ sequence: definition, rules }: Common): number {
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
