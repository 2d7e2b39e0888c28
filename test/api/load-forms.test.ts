import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadForms, readForm } from '../../src/api/forms/load';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'viveiro-forms-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const GOOD = `form: demo
offer: demo
title: { en: Demo }
fields:
  - { name: email, type: email, required: true, label: { en: E-mail } }
submit: { en: Send }
thanks: { en: Thanks }
`;

const load = (yaml: string) => {
  writeFileSync(path.join(folder, 'demo.yaml'), yaml);
  return loadForms(folder);
};

test('a good form is loaded by its name', () => {
  expect([...load(GOOD).keys()]).toEqual(['demo']);
});

test.each([
  ['a broken YAML', `${GOOD}fields: [`, 'VIV_FORM_INVALID', /demo\.yaml:8.*VIV_YAML_INVALID/s],
  ['an unknown key', `${GOOD}colour: red\n`, 'VIV_FORM_INVALID', /colour/],
  ['another name', GOOD.replace('form: demo', 'form: other'), 'VIV_FORM_INVALID', /demo\.yaml:1.*form: is "other"/s],
  ['no address', GOOD.replace('required: true', 'required: false'), 'VIV_FORM_INVALID', /needs a field `email`/],
  [
    'a name of ours',
    GOOD.replace('submit:', '  - { name: token, type: text, label: { en: T } }\nsubmit:'),
    'VIV_FORM_INVALID',
    /demo\.yaml:6.*fields\[1\]\.name.*is used/s,
  ],
  [
    'a select without options',
    GOOD.replace('submit:', '  - { name: a, type: select, label: { en: T } }\nsubmit:'),
    'VIV_FORM_INVALID',
    /demo\.yaml:6.*fields\[1\]/s,
  ],
  [
    'a field twice',
    GOOD.replace('submit:', '  - { name: email, type: text, label: { en: T } }\nsubmit:'),
    'VIV_FORM_INVALID',
    /"email" is there twice/,
  ],
  [
    'limits that cross',
    GOOD.replace('submit:', '  - { name: n, type: number, min: 3, max: 2, label: { en: N } }\nsubmit:'),
    'VIV_FORM_INVALID',
    /demo\.yaml:6.*VIV_FORM_LIMITS.*min is above max/s,
  ],
  [
    'more ticks than options',
    GOOD.replace(
      'submit:',
      '  - { name: n, type: multiselect, atLeast: 2, options: [{ value: a, label: { en: A } }], label: { en: N } }\nsubmit:',
    ),
    'VIV_FORM_INVALID',
    /VIV_FORM_LIMITS.*more than there are options/s,
  ],
  [
    'a hidden field of nothing',
    GOOD.replace('submit:', '  - { name: n, type: hidden }\nsubmit:'),
    'VIV_FORM_INVALID',
    /VIV_FORM_LIMITS.*either `value:` or `from:`/s,
  ],
  [
    'an option twice',
    GOOD.replace(
      'submit:',
      '  - { name: n, type: select, options: [{ value: a, label: { en: A } }, { value: a, label: { en: B } }], label: { en: N } }\nsubmit:',
    ),
    'VIV_FORM_INVALID',
    /VIV_FORM_FIELD_DUPLICATE.*"a" is there twice/s,
  ],
  [
    'a question of later visits that is asked at once',
    `${GOOD}progressive: { fields: [{ name: email, type: email, label: { en: E } }] }\n`,
    'VIV_FORM_INVALID',
    /VIV_FORM_EMAIL_MISSING.*VIV_FORM_FIELD_DUPLICATE/s,
  ],
  [
    'words of consent that lack a language',
    `${GOOD.replace('title: { en: Demo }', 'title: { en: Demo, pl: Demo }')}consent: { purpose: marketing, text: { en: Yes } }\n`,
    'VIV_FORM_INVALID',
    /demo\.yaml:8.*error VIV_FORM_TEXT_MISSING consent\.text: has no text in pl/s,
  ],
  [
    'an e-book without a file',
    `${GOOD}brings: { type: ebook }\n`,
    'VIV_FORM_INVALID',
    /demo\.yaml:8.*VIV_KEY_MISSING.*file/s,
  ],
  [
    'an e-book whose file is not there',
    `${GOOD}brings: { type: ebook, file: guide.pdf }\n`,
    'VIV_FORM_INVALID',
    /demo\.yaml:8.*VIV_FORM_FILE_MISSING/s,
  ],
  [
    'an e-book elsewhere',
    `${GOOD}brings: { type: ebook, file: ../../etc/passwd.pdf }\n`,
    'VIV_FORM_INVALID',
    /demo\.yaml:8.*not the name of a file/s,
  ],
  [
    'a webinar without a date',
    `${GOOD}brings: { type: webinar, zone: UTC }\n`,
    'VIV_FORM_INVALID',
    /VIV_FORM_LIMITS.*either `startsAt:` or `sessions:`/s,
  ],
  [
    'a webinar of one date and of several',
    `${GOOD}brings: { type: webinar, zone: UTC, startsAt: 2027-02-20T10:00, sessions: [{ session: a, startsAt: 2027-02-20T10:00 }] }\n`,
    'VIV_FORM_INVALID',
    /VIV_FORM_LIMITS.*either `startsAt:` or `sessions:`/s,
  ],
  [
    'two dates of one name, and a field where they are asked',
    `${GOOD.replace('submit:', '  - { name: session, type: text, label: { en: S } }\nsubmit:')}brings: { type: webinar, zone: UTC, sessions: [{ session: a, startsAt: 2027-02-20T10:00 }, { session: a, startsAt: 2027-02-21T10:00 }] }\n`,
    'VIV_FORM_INVALID',
    /VIV_FORM_FIELD_DUPLICATE fields\[1\]\.name.*"session" is there twice.*VIV_FORM_FIELD_DUPLICATE brings\.sessions\[1\]\.session: "a" is there twice/s,
  ],
  [
    'a webinar on no calendar',
    `${GOOD}brings: { type: webinar, zone: UTC, startsAt: 2027-02-30T10:00 }\n`,
    'VIV_FORM_INVALID',
    /on no calendar/,
  ],
  ['a site with a path', `${GOOD}origins: [https://a.example/b]\n`, 'VIV_FORM_INVALID', /not the address of a site/],
  [
    'a regular expression for a pattern',
    GOOD.replace('submit:', '  - { name: n, type: email, pattern: "(a+)+$", label: { en: N } }\nsubmit:'),
    'VIV_FORM_INVALID',
    /VIV_KEY_UNKNOWN/,
  ],
])('%s is refused with file and place', (_name, yaml, code, problem) => {
  expect(() => load(yaml)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(problem) }));
});

describe('what is no error is told', () => {
  const warnings = (yaml: string, around = {}) => {
    writeFileSync(path.join(folder, 'demo.yaml'), yaml);
    const read = readForm(path.join(folder, 'demo.yaml'), around);
    return read.type === 'valid' ? read.warnings.map(({ code, line, fix }) => ({ code, line, fix })) : read.problems;
  };

  test('a text that lacks a language, since another is shown', () => {
    expect(warnings(GOOD.replace('{ en: Demo }', '{ en: Demo, pl: Demo }'))).toEqual(
      [5, 6, 7].map((line) => ({ code: 'VIV_FORM_TEXT_MISSING', line, fix: 'write one, or that in en is shown' })),
    );
  });

  test('a date that is past, and a name that is nearly one that rules go by', () => {
    const past = `${GOOD}brings: { type: webinar, zone: UTC, startsAt: 2026-01-01T10:00 }\n`;
    expect(warnings(past, { now: Date.UTC(2026, 1) })).toMatchObject([{ code: 'VIV_FORM_DATE_PAST', line: 8 }]);
    const slip = GOOD.replace('submit:', '  - { name: companysize, type: number, label: { en: N } }\nsubmit:');
    expect(warnings(slip, { attributes: ['companySize', 'role'] })).toEqual([
      { code: 'VIV_FORM_ATTRIBUTE_UNFAMILIAR', line: 6, fix: 'did you mean "companySize"?' },
    ]);
    expect(warnings(GOOD, { attributes: ['companySize'] })).toEqual([]);
  });

  test('a file that only leads elsewhere is none', () => {
    mkdirSync(path.join(folder, 'files'));
    symlinkSync('/etc/passwd', path.join(folder, 'files/guide.pdf'));
    expect(warnings(`${GOOD}brings: { type: ebook, file: guide.pdf }\n`)).toMatchObject([
      { code: 'VIV_FORM_FILE_MISSING' },
    ]);
  });
});

test('a folder that is not there is named', () => {
  expect(() => loadForms(path.join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'VIV_FILE_UNREADABLE' }));
});
