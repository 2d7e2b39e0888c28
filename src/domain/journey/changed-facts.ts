import type { Facts, LeadFacts } from '../facts';
import { scorePlus } from '../scoring/interest';
import type { ScoringRules } from '../scoring/rules';
import { judge } from '../scoring/standing';
import type { Change } from '../steps/handler';

/** The facts after a change, as the steps behind it in the same turn see them. The store applies the same change to the rows. */
export function changedFacts(facts: Facts, change: Change, scoring: ScoringRules): Facts {
  const { contact, lead } = facts;
  switch (change.type) {
    case 'attributes':
      return { ...facts, contact: { ...contact, attributes: { ...contact.attributes, ...change.set } } };
    case 'tags':
      return { ...facts, contact: { ...contact, tags: taggedAnew(contact.tags, change) } };
    case 'stage':
      return lead ? { ...facts, lead: { ...lead, stage: change.stage } } : facts;
    case 'score':
      return lead ? { ...facts, lead: scored(lead, change.points, scoring) } : facts;
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

/** A lead that is won or lost is scored no more: src/store/step-scores.ts leaves it, too. */
function scored(lead: LeadFacts, points: number, scoring: ScoringRules): LeadFacts {
  if (lead.stage === 'won' || lead.stage === 'lost') return lead;
  const score = scorePlus(lead.score, points);
  return { ...lead, score, ...judge(scoring, lead, { score }).standing };
}
