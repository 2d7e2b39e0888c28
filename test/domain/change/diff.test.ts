import { diffOf, isSame } from '../../../src/domain/change/diff';
import { SAME_STEPS } from '../../../src/domain/change/step-map';
import { aDefinition } from '../../support/builders';

const mail = (id: string, template = id) => ({ id, type: 'mail', template });
const wait = (id: string, time: string) => ({ id, type: 'wait', for: time });
const done = { id: 'done', type: 'end' };

const from = aDefinition({
  goal: { name: 'bought', on: 'purchase' },
  steps: [mail('hello'), wait('rest', '2d'), mail('offer'), mail('nudge'), done],
});

test('a version is the same as itself', () => {
  expect(isSame(diffOf(from, from))).toBe(true);
});

test('what was added, removed, changed and moved is told apart', () => {
  const to = aDefinition({
    purpose: 'newsletter',
    exits: [{ name: 'left', on: 'mail.unsubscribed' }],
    steps: [mail('nudge'), mail('hello', 'welcome'), wait('pause', '3d'), mail('offer'), done],
  });
  expect(diffOf(from, to)).toEqual({
    added: ['pause'],
    removed: ['rest'],
    renamed: [],
    changed: [{ stepId: 'hello', fields: ['template'] }],
    moved: ['nudge'],
    rules: ['purpose', 'goal', 'exits'],
  });
  expect(isSame(diffOf(from, to))).toBe(false);
});

test('with a step map, a step under another id is the same step', () => {
  const to = aDefinition({
    goal: { name: 'bought', on: 'purchase' },
    steps: [mail('hello'), wait('pause', '3d'), mail('offer'), mail('nudge'), done],
  });
  const diff = diffOf(from, to, { ...SAME_STEPS, steps: { rest: 'pause' } });
  expect(diff).toMatchObject({
    added: [],
    removed: [],
    renamed: [{ from: 'rest', to: 'pause' }],
    changed: [{ stepId: 'pause', fields: ['for'] }],
  });
});
