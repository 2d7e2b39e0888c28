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
export const checkHandoffs: Check = ({ steps }, { teams }) =>
  steps.flatMap((step, index) => {
    if (step.type !== 'handoff') return [];
    const recycled = step.onRecycled === undefined && {
      code: 'VIV_RECYCLED_MISSING' as const,
      message: `step "${step.id}" does not say where a lead goes on that sales gives back`,
      fix: 'add onRecycled: <step>, with a later mail for instance',
    };
    const stray = step.team !== undefined &&
      teams?.includes(step.team) === false && {
        code: 'VIV_TEAM_UNKNOWN' as const,
        message: `there is no team "${step.team}" in the routing rules`,
        fix: teams.length > 0 ? `name one of ${teams.join(', ')}` : 'add it to routing.yaml',
      };
    return [
      ...(recycled ? [warning(['steps', index], recycled)] : []),
      ...(stray ? [error(['steps', index, 'team'], stray)] : []),
    ];
  });
