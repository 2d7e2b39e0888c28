import fc from 'fast-check';
import { admission, type Member } from '../../../src/domain/entry/admission';
import type { Exclusive } from '../../../src/domain/entry/schema';

const aRule = (parts: Partial<Exclusive> = {}): Exclusive => ({
  group: 'offers',
  priority: 5,
  whenBusy: 'wait',
  ...parts,
});
const running = (priority: number): Member => ({ journeyId: `j${priority}`, sequence: 'autumn', priority });

it.each([
  [undefined, [running(9)], { type: 'enter' }],
  [aRule(), [], { type: 'enter' }],
  [aRule(), [running(1)], { type: 'wait', reason: 'waits for autumn, which is under way in the group offers' }],
  [
    aRule({ whenBusy: 'drop' }),
    [running(1)],
    { type: 'drop', reason: 'gives way to autumn, which is under way in the group offers' },
  ],
  [
    aRule({ whenBusy: 'takeOver' }),
    [running(5)],
    { type: 'takeOver', ends: [running(5)], reason: 'takes over from autumn (priority 5) with priority 5' },
  ],
  [
    aRule({ whenBusy: 'takeOver' }),
    [running(6)],
    { type: 'wait', reason: 'waits for autumn, which is under way in the group offers' },
  ],
])('an entry by %j beside %j: %j', (rule, members, expected) => {
  expect(admission(rule, members)).toEqual(expected);
});

it('whose end another one waits for does not wait for that one in turn', () => {
  const reason = 'would wait for autumn, which is under way in the group offers, and waits for it';
  expect(admission(aRule(), [running(1)], 'j1')).toEqual({ type: 'drop', reason });
  expect(admission(aRule(), [running(1)], 'another')).toMatchObject({ type: 'wait' });
  expect(admission(aRule({ whenBusy: 'takeOver' }), [running(1)], 'j1')).toMatchObject({ type: 'takeOver' });
});

interface Entry {
  readonly rule: Exclusive;
  readonly id: string;
}
type Happening = { readonly type: 'entry'; readonly rule: Exclusive } | { readonly type: 'end' };

/** A group as the store keeps it: what is under way, and who waits. */
function play(happenings: readonly Happening[]) {
  let under: readonly Member[] = [];
  let waiting: readonly Entry[] = [];
  let most = 0;
  let admitted = 0;
  let dropped = 0;
  let ended = 0;
  const enter = ({ rule, id }: Entry) => {
    const answer = admission(rule, under);
    if (answer.type === 'drop') dropped += 1;
    if (answer.type === 'wait') waiting = [...waiting, { rule, id }];
    if (answer.type !== 'enter' && answer.type !== 'takeOver') return;
    const ends = answer.type === 'takeOver' ? answer.ends : [];
    ended += ends.length;
    under = [
      ...under.filter((member) => !ends.includes(member)),
      { journeyId: id, sequence: 's', priority: rule.priority },
    ];
    admitted += 1;
    most = Math.max(most, under.length);
  };
  for (const [index, happening] of happenings.entries()) {
    if (happening.type === 'entry') enter({ rule: happening.rule, id: String(index) });
    else if (under.length > 0) {
      under = under.slice(1);
      ended += 1;
      const [next] = waiting.toSorted((a, b) => b.rule.priority - a.rule.priority);
      waiting = waiting.filter((entry) => entry !== next);
      if (next) enter(next);
    }
  }
  return { under, waiting, most, admitted, dropped, ended };
}

const happenings = fc.array(
  fc.oneof(
    fc.constant<Happening>({ type: 'end' }),
    fc.record({ priority: fc.integer({ min: 0, max: 3 }), whenBusy: fc.constantFrom('wait', 'drop', 'takeOver') }).map(
      (rule): Happening => ({
        type: 'entry',
        rule: aRule({ priority: rule.priority, whenBusy: rule.whenBusy as Exclusive['whenBusy'] }), // one of the three above
      }),
    ),
  ),
  { maxLength: 40 },
);

// INV-ONE-OF-GROUP
test('of a group one is under way at most, in whatever order entries and ends come, and none is lost', () => {
  fc.assert(
    fc.property(happenings, (all) => {
      const { under, waiting, most, admitted, dropped, ended } = play(all);
      expect(most).toBeLessThanOrEqual(1);
      expect(under.length).toBe(admitted - ended);
      expect(waiting.length === 0 || under.length === 1).toBe(true);
      const entries = all.filter(({ type }) => type === 'entry').length;
      expect(admitted + dropped + waiting.length).toBe(entries);
    }),
  );
});
