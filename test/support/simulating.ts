import { scriptSchema } from '../../src/domain/rehearsal/script';
import type { Rules } from '../../src/domain/rules';
import type { Profile } from '../../src/domain/simulation/population';
import { type Simulated, simulate } from '../../src/domain/simulation/simulate';
import type { Counts } from '../../src/domain/simulation/tally';
import { MONDAY } from './builders';

/** Somebody in São Paulo who has consented to marketing. */
export const aProfile = (parts: Partial<Profile> = {}): Profile => ({
  timeZone: 'America/Sao_Paulo',
  locale: 'pt-BR',
  name: null,
  attributes: {},
  source: 'test',
  campaign: null,
  consents: ['marketing'],
  ...parts,
});

/** A simulation of people who react to nothing; say only what matters to the test. */
export function aSimulation(
  parts: Partial<Simulated> &
    Pick<Simulated, 'sequence'> & { readonly rules: Rules; readonly people?: readonly Profile[] },
): Counts {
  const { people = [aProfile()], ...rest } = parts;
  return simulate({
    others: [],
    population: { type: 'listed', profiles: people, offer: 'course' },
    model: { script: scriptSchema.parse({ everyone: { persona: 'passive' }, reps: 'silent' }) },
    resources: {},
    startsAt: MONDAY,
    days: 30,
    ...rest,
  });
}

/** The same person so many times. */
export const times = (count: number, profile: Profile = aProfile()): readonly Profile[] =>
  Array.from({ length: count }, () => profile);
