import type { Verdict } from '../gate/gate';
import { pauseText, standstillOf } from '../pause/holding';
import type { Definition } from '../sequence/definition';
import { heldRule, type RuleSituation } from './rules';

export type Hindrance = Extract<Verdict, { type: 'defer' | 'skip' }>;

/**
 * What has come between the turn that asked for an effect and the effect. A goal or exit that holds meanwhile: the journey ends with
 * its turn, and nothing more goes out. A pause: the next turn holds the journey, and the same effect goes later, or is dropped.
 */
export function hindranceOf(definition: Definition, situation: RuleSituation): Hindrance | undefined {
  const { facts, now } = situation;
  const rule = heldRule(definition, situation);
  if (rule) return { type: 'skip', reason: `the journey is over: ${rule.reason}` };
  const { holds, drops } = standstillOf(facts.pauses ?? [], now);
  if (holds) return { type: 'defer', until: now, reason: pauseText(holds) };
  return drops && { type: 'skip', reason: pauseText(drops) };
}
