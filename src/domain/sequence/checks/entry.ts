import { type Check, error, warning } from './check';

/** Someone can enter, and every key of `enter` has a meaning. */
export const checkEntry: Check = ({ enter }) => [
  ...(enter.on || enter.when || enter.byHand
    ? []
    : [
        error(['enter'], {
          code: 'VIV_ENTER_MISSING',
          message: 'nobody can enter: no event, no condition, and not by hand',
          fix: 'add on: <event>, when: <condition>, or byHand: true',
        }),
      ]),
  ...(enter.where && !enter.on
    ? [
        error(['enter', 'where'], {
          code: 'VIV_VALUE_INVALID',
          message: '`where` narrows the event of `on`, and there is none',
          fix: 'add on: <event>, or call it `when` to enter everyone for whom it holds',
        }),
      ]
    : []),
];

/** A recycled lead should go on: without `onRecycled` it goes where no answer was named. */
export const checkHandoffs: Check = ({ steps }) =>
  steps.flatMap((step, index) => {
    if (step.type !== 'handoff' || step.onRecycled !== undefined) return [];
    const message = `step "${step.id}" does not say where a lead goes on that sales gives back`;
    const fix = 'add onRecycled: <step>, with a later mail for instance';
    return [warning(['steps', index], { code: 'VIV_RECYCLED_MISSING', message, fix })];
  });
