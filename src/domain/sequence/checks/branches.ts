import type { Step } from '../../steps';
import type { At } from '../../steps/handler';
import type { Found } from '../../yaml/problem';
import { type Check, warning } from './check';

/** One of several ways of a step, tried in order. */
interface Way {
  readonly at: At;
  /** What must hold, as text: ways of one text hold together. */
  readonly test: string;
  readonly event?: string;
  /** It takes every event of its type. */
  readonly takesAll?: boolean;
}

function waysOf(step: Step): readonly Way[] {
  if (step.type === 'checkpoint')
    return (step.branches ?? []).map(({ when }, index) => ({
      at: ['branches', index, 'when'],
      test: JSON.stringify(when),
    }));
  if (step.type !== 'waitFor') return [];
  if (!step.events) return [step.event ?? []].flat().map((event, index) => ({ at: ['event', index], test: event }));
  return step.events.map(({ event, where, same }, index) => ({
    at: ['events', index, 'event'],
    test: JSON.stringify({ event, where, same }),
    event,
    takesAll: where === undefined && same === undefined,
  }));
}

/** Branches that an earlier one always takes before them. */
export const checkBranches: Check = ({ steps }) =>
  steps.flatMap((step, index) => [...neverTaken(step, index), ...oddWeights(step, index)]);

function neverTaken(step: Step, stepIndex: number): readonly Found[] {
  const ways = waysOf(step);
  return ways.flatMap(({ at, test, event }, index) => {
    const earlier = ways
      .slice(0, index)
      .findIndex((way) => way.test === test || (way.takesAll === true && way.event === event));
    if (earlier < 0) return [];
    const message = `step "${step.id}" never goes this way: number ${earlier + 1} asks for the same, and comes before`;
    const fix = 'remove one of the two, or ask for something else';
    return [warning(['steps', stepIndex, ...at], { code: 'VIV_BRANCH_DEAD', message, fix })];
  });
}

/** Weights that look like per cent and are none, and splits that split nothing. */
function oddWeights(step: Step, index: number): readonly Found[] {
  if (step.type !== 'split') return [];
  const weights = [...step.branches, ...(step.holdout ? [step.holdout] : [])].map(({ weight }) => weight);
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  const odd = (message: string, fix: string): readonly Found[] => [
    warning(['steps', index, 'branches'], { code: 'VIV_SPLIT_ODD', message, fix }),
  ];
  if (weights.length === 1)
    return odd(`step "${step.id}" has one branch alone`, 'add another, or a holdout, or remove the step');
  const isPerCent = total >= 80 && total <= 120 && Math.abs(total - 100) > 1;
  if (!isPerCent) return [];
  const parts = weights.map((weight) => `${Number(((weight / total) * 100).toFixed(1))} %`).join(', ');
  return odd(
    `the weights add up to ${total}, so the parts are ${parts}`,
    'let them add up to 100 if you mean per cent',
  );
}
