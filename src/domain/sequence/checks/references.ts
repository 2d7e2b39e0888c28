import type { Step } from '../../steps';
import type { At } from '../../steps/handler';
import { suggestion } from '../../yaml/closest';
import { type Check, error } from './check';

/** Where a step names another of whose event it takes a property. */
function eventStepsOf(step: Step): readonly { readonly at: At; readonly name: string }[] {
  if (step.type === 'waitFor')
    return (step.events ?? []).flatMap(({ same }, index) =>
      same?.as === undefined ? [] : [{ at: ['events', index, 'same', 'as'], name: same.as }],
    );
  if (step.type === 'wait' && step.until && 'date' in step.until && step.until.of !== undefined)
    return [{ at: ['until', 'of'], name: step.until.of }];
  return [];
}

/** `same.as` and `until.of` name a waitFor, since only that has used an event, and not the step itself, which has used none yet. */
export const checkReferences: Check = ({ steps }) => {
  const waits = steps.filter(({ type }) => type === 'waitFor').map(({ id }) => id);
  return steps.flatMap((step, index) =>
    eventStepsOf(step).flatMap(({ at, name }) => {
      const others = waits.filter((id) => id !== step.id);
      if (others.includes(name)) return [];
      const path = ['steps', index, ...at];
      if (!steps.some(({ id }) => id === name)) {
        const message = `step "${step.id}" names "${name}", which is not a step`;
        return [error(path, { code: 'VIV_TARGET_MISSING', message, fix: suggestion(name, others) })];
      }
      const message =
        name === step.id
          ? `step "${step.id}" names itself, and has used no event yet`
          : `step "${step.id}" names "${name}", which is no waitFor and has used no event`;
      const fix = others.length > 0 ? `name one of ${others.join(', ')}` : 'put a waitFor before it';
      return [error(path, { code: 'VIV_TARGET_WRONG', message, fix })];
    }),
  );
};
