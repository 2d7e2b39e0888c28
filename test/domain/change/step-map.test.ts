import { parseStepMap } from '../../../src/domain/change/step-map';
import { aDefinition } from '../../support/builders';

const mail = (id: string) => ({ id, type: 'mail', template: id });
const done = { id: 'done', type: 'end' };
const from = aDefinition({ steps: [mail('hello'), { id: 'rest', type: 'wait', for: '2d' }, done] });
const to = aDefinition({ steps: [mail('hello'), mail('extra'), { id: 'pause', type: 'wait', for: '2d' }, done] });
const parse = (text: string) => parseStepMap(text, 'steps.yaml', { from: [from], to });

test('a step map says what became of steps, and leaves out what is as usual', () => {
  expect(parse('steps: { rest: pause, hello: end }\nlate: [extra]')).toEqual({
    type: 'valid',
    map: { steps: { rest: 'pause', hello: 'end' }, credit: true, late: ['extra'] },
  });
  expect(parse('credit: false')).toEqual({ type: 'valid', map: { steps: {}, credit: false, late: [] } });
});

test('every name that is none is told with its line and what was meant', () => {
  const text = 'steps:\n  resst: pause\n  rest: pawse\n  hello: end\nlate:\n  - extar\n  - pause\n  - hello\n';
  const parsed = parse(text);
  const problems = parsed.type === 'invalid' ? parsed.problems : [];
  expect(problems.map(({ code, line, message, fix }) => [code, line, message, fix])).toEqual([
    ['VIV_STEP_MAP_NAME', 2, '"resst" is no step of the version that journeys move from', 'did you mean "rest"?'],
    ['VIV_STEP_MAP_NAME', 3, '"pawse" is no step of the version that journeys move to', 'did you mean "pause"?'],
    ['VIV_STEP_MAP_NAME', 6, '"extar" is no step of the version that journeys move to', 'did you mean "extra"?'],
    ['VIV_STEP_MAP_NAME', 7, '"pause" is a wait', 'name mails alone'],
    ['VIV_STEP_MAP_NAME', 8, '"hello" is no added step', 'remove it: journeys had it already'],
  ]);
});

test.each([
  ['no YAML', 'steps: [', 'VIV_YAML_INVALID'],
  ['an unknown key', 'stesp: {}', 'VIV_KEY_UNKNOWN'],
  ['a value of another kind', 'credit: maybe', 'VIV_VALUE_INVALID'],
])('%s is told as in any file', (_, text, code) => {
  expect(parse(text)).toMatchObject({ type: 'invalid', problems: [{ code, file: 'steps.yaml', line: 1 }] });
});
