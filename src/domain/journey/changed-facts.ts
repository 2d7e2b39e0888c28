import type { Facts, LeadFacts } from '../facts';
import type { Instant } from '../ids';
import { fitStanding } from '../scoring/fit';
import { scorePlus } from '../scoring/interest';
import type { ScoringRules } from '../scoring/rules';
import { type Measured, standingOf } from '../scoring/standing';
import type { Change } from '../steps/handler';

export interface Judging {
  readonly scoring: ScoringRules;
  readonly now: Instant;
}

/**
 * The facts after a change, as the steps behind it in the same turn see them, the lead judged anew: src/store/changes.ts does the
 * same to the rows. The facts must have the events that fit rules ask for.
 */
export function changedFacts(facts: Facts, change: Change, judging: Judging): Facts {
  const { contact, lead } = facts;
  switch (change.type) {
    case 'attributes':
      return refitted(
        { ...facts, contact: { ...contact, attributes: { ...contact.attributes, ...change.set } } },
        judging,
      );
    case 'tags':
      return refitted({ ...facts, contact: { ...contact, tags: taggedAnew(contact.tags, change) } }, judging);
    case 'stage':
      return lead ? { ...facts, lead: { ...lead, stage: change.stage } } : facts;
    case 'score':
      return lead && contact.isScored !== false ? { ...facts, lead: scored(lead, change.points, judging) } : facts;
    case 'task':
    case 'join':
      return facts;
    default:
      throw new TypeError(`unknown change ${JSON.stringify(change satisfies never)}`);
  }
}

/** Tags after some were given and some taken, in the order of the alphabet, each once. */
export function taggedAnew(
  tags: readonly string[],
  { add, remove }: { readonly add: readonly string[]; readonly remove: readonly string[] },
): readonly string[] {
  return [...new Set([...tags, ...add])].filter((tag) => !remove.includes(tag)).sort();
}

/** What fit rules look at has changed: the grade, and what follows from it. src/store/fit.ts gives the lead's row the same. */
function refitted(facts: Facts, judging: Judging): Facts {
  const { lead, contact } = facts;
  if (!lead || contact.isScored === false) return facts;
  const fit = fitStanding(judging.scoring, facts, judging.now);
  return { ...facts, lead: judged(lead, { score: lead.score, fit }, judging) };
}

/** src/store/step-scores.ts gives the lead's row the same. */
const scored = (lead: LeadFacts, points: number, judging: Judging): LeadFacts =>
  judged(lead, { score: scorePlus(lead.score, points) }, judging);

/** A lead that is won or lost is judged no more: src/store leaves it, too. */
function judged(lead: LeadFacts, measured: Measured, { scoring }: Judging): LeadFacts {
  if (lead.stage === 'won' || lead.stage === 'lost') return lead;
  return { ...lead, score: measured.score, ...standingOf(scoring, lead, measured) };
}
