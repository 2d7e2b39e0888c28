import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { scriptSchema } from '../../../src/domain/rehearsal/script';
import { parseYaml } from '../../../src/domain/yaml/parse';
import { problemText } from '../../../src/domain/yaml/problem';
import { DAY, HOUR } from '../../support/builders';

const SCRIPTS = path.join(__dirname, '../../../sequences/scripts');

const problemsOf = (text: string): readonly string[] => {
  const parsed = parseYaml(text, 'script.yaml', scriptSchema);
  return parsed.type === 'valid' ? [] : parsed.problems.map(problemText);
};

test('an empty script leaves all to personas and lets reps answer', () => {
  expect(scriptSchema.parse({})).toEqual({ seed: 1, contacts: {}, reps: 'answer', webhooks: {} });
});

test('times are durations, after the mail of a step or from the start', () => {
  const script = scriptSchema.parse({
    contacts: {
      'ana@example.test': {
        events: [
          { afterStep: 'lesson', in: '3h', event: 'mail.clicked' },
          { at: '5d', event: 'call.requested' },
        ],
      },
    },
  });
  expect(script.contacts['ana@example.test']?.events).toEqual([
    { afterStep: 'lesson', in: 3 * HOUR, event: 'mail.clicked', properties: {} },
    { at: 5 * DAY, event: 'call.requested', properties: {} },
  ]);
});

test.each([
  ['an unknown key', 'seeds: 1', 'script.yaml:1:1 error VIV_KEY_UNKNOWN'],
  ['an unknown persona', 'everyone: { persona: keen }', 'VIV_VALUE_INVALID'],
  ['an unknown persona among the weights', 'personas: { keen: 2 }', 'script.yaml:1:1'],
  ['weights of nothing', 'personas: { engaged: 0 }', 'needs a weight above 0'],
  ['an event without a time', 'everyone:\n  events:\n    - { event: page.seen }', 'script.yaml:3:'],
  [
    'both times at once',
    'everyone: { events: [{ at: 1d, afterStep: a, event: page.seen }] }',
    'has `afterStep` and `at` at once',
  ],
  ['`in` beside `at`', 'everyone: { events: [{ at: 1d, in: 1h, event: page.seen }] }', '`in` goes with `afterStep`'],
  ['a time that is none', 'everyone: { events: [{ at: soon, event: page.seen }] }', 'not a duration'],
  ['an event type that is none', 'everyone: { events: [{ at: 1d, event: Page Seen }] }', 'not an event type'],
])('%s is told with its line', (_name, text, told) => {
  const problems = problemsOf(text);
  expect(problems).not.toEqual([]);
  expect(problems.join('\n')).toContain(told);
});

test.each(readdirSync(SCRIPTS))('the shipped script %s is valid', (name) => {
  expect(problemsOf(readFileSync(path.join(SCRIPTS, name), 'utf8'))).toEqual([]);
});
