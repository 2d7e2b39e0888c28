import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { loadForms } from '../../src/api/forms/load';

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
  [
    'a missing locale',
    GOOD.replace('{ en: Demo }', '{ en: Demo, pt-BR: Demo }'),
    'VIV_FORM_INVALID',
    /demo\.yaml:5.*fields\[0\]\.label.*has no text in pt-BR/s,
  ],
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
])('%s is refused with file and place', (_name, yaml, code, problem) => {
  expect(() => load(yaml)).toThrow(expect.objectContaining({ code, message: expect.stringMatching(problem) }));
});

test('a folder that is not there is named', () => {
  expect(() => loadForms(path.join(folder, 'none'))).toThrow(expect.objectContaining({ code: 'VIV_FILE_UNREADABLE' }));
});
