import { factAt, KNOWN_PATHS } from '../../conditions/fact';
import { eventsOfEntry } from '../../entry/schema';
import { suggestion } from '../../yaml/closest';
import type { Found, Path } from '../../yaml/problem';
import type { Definition } from '../definition';
import { type Check, error, warning } from './check';

/** Someone can enter, and every key of `enter`, `reenter` and `exclusive` has a meaning. */
export const checkEntry: Check = (definition) => [
  ...waysIn(definition),
  ...dateField(definition),
  ...reentryKeys(definition),
  ...exclusivity(definition),
];

const invalid = (path: Path, message: string, fix: string): Found =>
  error(path, { code: 'VIV_VALUE_INVALID', message, fix });

function waysIn({ enter }: Definition): readonly Found[] {
  const { when, date, where, perDay, byHand } = enter;
  const hasEvent = eventsOfEntry(enter).length > 0;
  const isSwept = when !== undefined || date !== undefined;
  const message = 'nobody can enter: no event, no condition, no date, and not by hand';
  const fix = 'add on: <event>, when: <condition>, date: { field: … } or byHand: true';
  return [
    ...(hasEvent || isSwept || byHand ? [] : [error(['enter'], { code: 'VIV_ENTER_MISSING', message, fix })]),
    ...(where && !hasEvent
      ? [
          invalid(
            ['enter', 'where'],
            '`where` narrows the event of `on`, and there is none',
            'add on: <event>, or call it `when` to enter everyone for whom it holds',
          ),
        ]
      : []),
    ...(perDay !== undefined && !isSwept && !isTold(eventsOfEntry(enter))
      ? [
          invalid(
            ['enter', 'perDay'],
            '`perDay` paces who is entered by the daily sweep, and it enters nobody here',
            'remove it, or add when: <condition> or date: { field: … }',
          ),
        ]
      : []),
  ];
}

/** Events that the sweep itself records, for many at once. */
const isTold = (types: readonly string[]): boolean => types.some((type) => type.startsWith('client.'));

/** A date comes from a moment, or from an attribute, which may hold one. */
function dateField({ enter: { date }, audience }: Definition): readonly Found[] {
  if (date === undefined) return [];
  const path = ['enter', 'date', 'field'];
  const { field } = date;
  const kind = factAt(field)?.kind;
  const dates = KNOWN_PATHS.filter((known) => /At$|<name>$/.test(known));
  if (kind === undefined) return [invalid(path, `there is no fact "${field}"`, suggestion(field, dates))];
  if (kind !== 'instant' && kind !== 'attribute')
    return [invalid(path, `${field} is no date`, `name one of ${dates.join(', ')}`)];
  if (audience === 'lead' || !field.startsWith('lead.')) return [];
  const message = `${field} is always missing for the audience client`;
  return [error(path, { code: 'VIV_AUDIENCE_MISMATCH', message, fix: 'name another date, or set audience: lead' })];
}

function reentryKeys({ reenter, enter, audience }: Definition): readonly Found[] {
  if (reenter === 'newLead' && audience === 'client') {
    const message = 'a journey of a client goes with no lead, so none is new';
    const fix = 'write never, always or { after: 90d }, or set audience: lead';
    return [error(['reenter'], { code: 'VIV_AUDIENCE_MISMATCH', message, fix })];
  }
  if (typeof reenter === 'string' || reenter.perKey === undefined) return [];
  const path = ['reenter', 'perKey'];
  const { perKey } = reenter;
  if (eventsOfEntry(enter).length === 0)
    return [invalid(path, `no event enters, so none brings ${perKey}`, 'add on: <event>, or remove perKey')];
  if (enter.when === undefined && enter.date === undefined) return [];
  const message = `who is entered by the daily sweep brings no ${perKey}, and would be refused`;
  return [invalid(path, message, 'remove `when` and `date`, or make them a sequence of their own')];
}

function exclusivity({ exclusive }: Definition): readonly Found[] {
  if (exclusive?.whenBusy !== 'takeOver' || exclusive.priority > 0) return [];
  const message = `with priority 0 it takes over from nobody in the group "${exclusive.group}" who has one`;
  const fix = 'add priority: <number>, higher than theirs; or write whenBusy: wait';
  return [warning(['exclusive'], { code: 'VIV_PRIORITY_MISSING', message, fix })];
}

/** A recycled lead should go on: without `onRecycled` it goes where no answer was named. */
export const checkHandoffs: Check = ({ steps }) =>
  steps.flatMap((step, index) => {
    if (step.type !== 'handoff' || step.onRecycled !== undefined) return [];
    const message = `step "${step.id}" does not say where a lead goes on that sales gives back`;
    const fix = 'add onRecycled: <step>, with a later mail for instance';
    return [warning(['steps', index], { code: 'VIV_RECYCLED_MISSING', message, fix })];
  });
