import { stepMails } from '../../steps';
import { suggestion } from '../../yaml/closest';
import type { Found, Path } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, error, type Known } from './check';

/** Purposes that every installation has. The gate's rules may name more. */
export const PURPOSES: readonly string[] = ['transactional', 'marketing', 'newsletter'];

/** Purposes that exist, since the gate lets a mail of an unknown one pass without consent; templates that can be sent; winners that can win. */
export const checkMails: Check = (definition, known) => [
  ...purposesOf(definition).flatMap(({ purpose, path }) => unknownPurpose(purpose, path, known)),
  ...badTemplates(definition, known),
  ...winnersByNoGoal(definition),
];

function winnersByNoGoal({ steps, goal }: Definition): readonly Found[] {
  if (goal) return [];
  return steps.flatMap((step, index) => {
    if (step.type !== 'mail' || step.winner?.by !== 'goal') return [];
    const message = `step "${step.id}" chooses its winner by the goal, and the sequence has none`;
    const fix = 'add a goal, or write by: clicks';
    return [error(['steps', index, 'winner', 'by'], { code: 'VIV_GOAL_MISSING', message, fix })];
  });
}

function purposesOf({ purpose, steps }: Definition): readonly { readonly purpose: string; readonly path: Path }[] {
  const own = steps.flatMap((step, index) =>
    step.type === 'mail' && step.purpose ? [{ purpose: step.purpose, path: ['steps', index, 'purpose'] }] : [],
  );
  return [{ purpose, path: ['purpose'] }, ...own];
}

function unknownPurpose(purpose: string, path: Path, { purposes = [] }: Known): readonly Found[] {
  const all = [...new Set([...PURPOSES, ...purposes])];
  if (all.includes(purpose)) return [];
  const message = `no rule of the gate knows the purpose "${purpose}"`;
  return [error(path, { code: 'VIV_PURPOSE_UNKNOWN', message, fix: suggestion(purpose, all) })];
}

function badTemplates({ steps, purpose }: Definition, { checkTemplate }: Known): readonly Found[] {
  if (!checkTemplate) return [];
  return steps.flatMap((step, index) =>
    stepMails(step).flatMap(({ at, template, purpose: own = purpose }) =>
      checkTemplate(template, { purpose: own }).map((problem) => {
        const [message = '', ...rest] = problem.split('; ');
        const fix = rest.join('; ') || `correct the template "${template}", or name another`;
        return error(['steps', index, ...at], { code: 'VIV_TEMPLATE_INVALID', message, fix });
      }),
    ),
  );
}
