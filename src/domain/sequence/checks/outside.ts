import type { Step } from '../../steps';
import type { At } from '../../steps/handler';
import { suggestion } from '../../yaml/closest';
import type { Found } from '../../yaml/problem';
import { type Check, error, type Known } from './check';

/** What a step names that stands in another file. */
interface Named {
  readonly at: At;
  readonly name: string;
}

interface Kind {
  readonly code: 'VIV_TEAM_UNKNOWN' | 'VIV_CALENDAR_UNKNOWN' | 'VIV_WEBHOOK_UNKNOWN' | 'VIV_SEQUENCE_UNKNOWN';
  /** `there is no <word> "name"` */
  readonly word: string;
  /** Where one would be added. */
  readonly home: string;
  readonly known: (known: Known) => readonly string[] | undefined;
  readonly named: (step: Step) => readonly Named[];
}

const named = (at: string, name: string | undefined): readonly Named[] =>
  name === undefined ? [] : [{ at: [at], name }];

const KINDS: readonly Kind[] = [
  {
    code: 'VIV_TEAM_UNKNOWN',
    word: 'team',
    home: 'routing.yaml',
    known: ({ teams }) => teams,
    named: (step) => (step.type === 'handoff' || step.type === 'task' ? named('team', step.team) : []),
  },
  {
    code: 'VIV_CALENDAR_UNKNOWN',
    word: 'calendar',
    home: 'calendars.yaml',
    known: ({ calendars }) => calendars,
    named: (step) => (step.type === 'wait' ? calendarsOf(step) : []),
  },
  {
    code: 'VIV_WEBHOOK_UNKNOWN',
    word: 'endpoint',
    home: 'webhooks.yaml',
    known: ({ webhooks }) => webhooks,
    named: (step) => (step.type === 'webhook' ? named('endpoint', step.endpoint) : []),
  },
  {
    code: 'VIV_SEQUENCE_UNKNOWN',
    word: 'sequence',
    home: 'the folder of sequences',
    known: ({ sequences }) => sequences?.map(({ name }) => name),
    named: (step) => (step.type === 'join' ? named('sequence', step.sequence) : []),
  },
];

function calendarsOf({ until, within }: Extract<Step, { type: 'wait' }>): readonly Named[] {
  const own = until && 'calendar' in until ? [{ at: ['until', 'calendar'], name: until.calendar }] : [];
  return [...own, ...named('within', within)];
}

/** Teams, calendars, endpoints and sequences that exist, as far as is known. */
export const checkOutside: Check = ({ steps }, known) =>
  steps.flatMap((step, index) =>
    KINDS.flatMap((kind) => kind.named(step).flatMap((one) => strange(kind, one, { known, index }))),
  );

function strange(
  { code, word, home, known: of }: Kind,
  { at, name }: Named,
  { known, index }: { readonly known: Known; readonly index: number },
): readonly Found[] {
  const all = of(known);
  if (!all || all.includes(name)) return [];
  const fix = all.length > 0 ? suggestion(name, all) : `add it to ${home}`;
  return [error(['steps', index, ...at], { code, message: `there is no ${word} "${name}"`, fix })];
}
