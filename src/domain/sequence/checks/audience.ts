import type { Found } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, error } from './check';
import { testsIn } from './conditions-in';

/** A journey of a client goes with no lead, so nothing in it may ask for one. */
export const checkAudience: Check = (definition) => {
  if (definition.audience === 'lead') return [];
  return [...stepsForLeads(definition), ...goalForLeads(definition), ...factsOfLeads(definition)];
};

const FIX = 'remove it, or set audience: lead';
const mismatch = (path: Found['path'], message: string): Found =>
  error(path, { code: 'VIV_AUDIENCE_MISMATCH', message, fix: FIX });

function stepsForLeads({ steps }: Definition): readonly Found[] {
  return steps.flatMap((step, index) => {
    if (step.type === 'handoff')
      return [mismatch(['steps', index, 'type'], `step "${step.id}" hands off a lead, and a client is none`)];
    if (step.type === 'update' && step.stage !== undefined)
      return [mismatch(['steps', index, 'stage'], `step "${step.id}" sets the stage of a lead, and a client has none`)];
    if (step.type === 'score')
      return [mismatch(['steps', index, 'type'], `step "${step.id}" scores a lead, and a client is none`)];
    if (step.type === 'wait' && step.until && 'date' in step.until && step.until.date.startsWith('lead.'))
      return [
        mismatch(['steps', index, 'until', 'date'], `${step.until.date} is always missing for the audience client`),
      ];
    return [];
  });
}

function goalForLeads({ goal }: Definition): readonly Found[] {
  if (goal?.stage === undefined) return [];
  return [mismatch(['goal', 'stage'], 'the goal sets the stage of a lead, and a client has none')];
}

function factsOfLeads(definition: Definition): readonly Found[] {
  return testsIn(definition).flatMap(({ path, condition }) => {
    if (!('fact' in condition) || !condition.fact.startsWith('lead.')) return [];
    return [mismatch([...path, 'fact'], `${condition.fact} is always missing for the audience client`)];
  });
}
