import { meaningsOf, type ParsedSegments, parseSegments } from '../../../src/domain/segments/segments';
import { parseSequence } from '../../../src/domain/sequence/parse';

const parse = (text: string): ParsedSegments => parseSegments(text, 's.yaml');
const valid = (text: string) => {
  const parsed = parse(text);
  if (parsed.type === 'invalid') throw new Error(JSON.stringify(parsed.problems));
  return parsed.segments;
};
/** `line code: message — fix` for each. */
const problems = (parsed: ReturnType<typeof parse> | ReturnType<typeof parseSequence>) =>
  'problems' in parsed
    ? parsed.problems.map(({ line, code, message, fix }) => `${line} ${code}: ${message} — ${fix}`)
    : [];

const FILE = `segments:
  engaged: { title: Engaged, when: { did: mail.clicked, within: 30d } }
  hot:
    title: Hot
    when: { all: [{ segment: engaged }, { fact: lead.score, atLeast: 40 }] }
`;

test('segments may name segments that stand above or below them', () => {
  const clicked = { did: 'mail.clicked', within: '30d' };
  const upside = valid(`segments:
  b: { title: B, when: { not: { segment: a } } }
  a: { title: A, when: { did: mail.clicked, within: 30d } }
`);
  expect(upside.b?.input).toEqual({ not: { segment: 'a', means: clicked } });
  expect(valid(FILE).hot?.when).toEqual({
    all: [
      { segment: 'engaged', means: { did: 'mail.clicked', within: 2_592_000_000 } },
      { fact: 'lead.score', atLeast: 40 },
    ],
  });
});

test('a circle of segments is an error where it closes', () => {
  const text = `segments:
  a: { title: A, when: { segment: b } }
  b:
    title: B
    when: { any: [{ did: x }, { not: { segment: c } }] }
  c: { title: C, when: { segment: b } }
  d: { title: D, when: { segment: d } }
`;
  expect(problems(parse(text))).toEqual([
    '6 VIV_SEGMENT_CIRCLE: segments name each other in a circle: b → c → b — write out the condition in one of them',
    '7 VIV_SEGMENT_CIRCLE: segments name each other in a circle: d → d — write out the condition in one of them',
  ]);
});

test('what is wrong with a segment is told once, on its line', () => {
  const text = `segments:
  a: { title: A, when: { fact: lead.scor, is: 1 } }
  b: { title: B, when: { segment: a } }
  c: { title: C, when: { segment: engagd } }
  Bad Name: { title: D, when: { fact: entry.total, exists: true } }
`;
  expect(problems(parse(text)).map((line) => line.slice(0, 60))).toEqual([
    '2 VIV_VALUE_INVALID: there is no fact "lead.scor" — did you ',
    '4 VIV_SEGMENT_UNKNOWN: there is no segment "engagd" — known:',
    expect.stringMatching(/^5 VIV_VALUE_INVALID/),
  ]);
  const strays = `segments:
  a: { title: A, when: { fact: event.total, is: 1 } }
  b: { title: B, when: { any: [{ segment: a }, { did: x, since: journey }] } }
`;
  expect(problems(parse(strays)).map((line) => line.slice(0, 25))).toEqual([
    '2 VIV_FACT_OUT_OF_PLACE: ',
    '3 VIV_FACT_OUT_OF_PLACE: ',
  ]);
});

test('segments that unfold to more than a condition may hold are refused', () => {
  const lines = Array.from({ length: 12 }, (_, n) => {
    const below = n === 0 ? '{ did: x }' : `{ any: [{ segment: s${n - 1} }, { segment: s${n - 1} }] }`;
    return `  s${n}: { title: S, when: ${below} }`;
  });
  expect(problems(parse(`segments:\n${lines.join('\n')}\n`))[0]).toMatch(
    /VIV_VALUE_INVALID: (has more than 500|is nested more)/,
  );
});

const sequence = (when: string) => `sequence: test
title: Test
audience: lead
enter: { when: { segment: hot } }
exits:
  - { name: gone, on: order.placed, where: { segment: hot } }
steps:
  - id: ask
    type: checkpoint
    branches:
      - { when: ${when}, to: done }
  - { id: done, type: end }
`;

test('a sequence is published with what its segments mean, in every condition', () => {
  const meanings = meaningsOf(valid(FILE));
  const parsed = parseSequence(sequence('{ not: { segment: engaged } }'), 'a.yaml', { segments: meanings });
  const clicked = { did: 'mail.clicked', within: '30d' };
  const hot = {
    all: [
      { segment: 'engaged', means: clicked },
      { fact: 'lead.score', atLeast: 40 },
    ],
  };
  expect(parsed).toMatchObject({
    type: 'valid',
    input: {
      enter: { when: { segment: 'hot', means: hot } },
      exits: [{ where: { segment: 'hot', means: hot } }],
      steps: [{ branches: [{ when: { not: { segment: 'engaged', means: clicked } } }] }, {}],
    },
  });
});

test('an unknown segment of a sequence is told with the one that was meant, on its line', () => {
  const meanings = meaningsOf(valid(FILE));
  const parsed = parseSequence(sequence('{ segment: engagd }'), 'a.yaml', { segments: meanings });
  expect(problems(parsed)).toEqual(['11 VIV_SEGMENT_UNKNOWN: there is no segment "engagd" — did you mean "engaged"?']);
});

test('what a segment asks is checked where it is used: a client has no lead', () => {
  const text = sequence('{ segment: hot }').replace('audience: lead', 'audience: client');
  const parsed = parseSequence(text, 'a.yaml', { segments: meaningsOf(valid(FILE)) });
  expect(problems(parsed).map((line) => line.slice(0, 26))).toEqual(
    ['4', '6', '11'].map((line) => `${line} VIV_AUDIENCE_MISMATCH: lead.score`.slice(0, 26)),
  );
});

test('a word `segment` that is no condition is left alone', () => {
  const text = `sequence: test
title: Test
audience: lead
enter: {}
steps:
  - { id: note, type: update, set: { segment: loud } }
  - { id: done, type: end }
`;
  expect(parseSequence(text, 'a.yaml').type).toBe('valid');
});
