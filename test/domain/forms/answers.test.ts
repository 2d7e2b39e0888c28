import fc from 'fast-check';
import { readAnswers } from '../../../src/domain/forms/answers';
import { fieldSchema } from '../../../src/domain/forms/field';
import { isLike } from '../../../src/domain/forms/pattern';
import { askedOf } from '../../../src/domain/forms/schema';
import { holdReasons } from '../../../src/domain/forms/spam';
import { textIn } from '../../../src/domain/forms/texts';
import { aForm } from '../../support/forms';

const label = { en: 'L' };
const normal = {
  email: (raw: string) => (/^\S+@\S+$/.test(raw) ? raw.toLowerCase() : undefined),
  phone: (raw: string) => (/^\+\d+$/.test(raw) ? raw : undefined),
};
const options = ['a', 'b', 'c'].map((value) => ({ value, label }));

/** What one field makes of what was typed: the value that is kept, or the kind of error. */
function read(field: object, ...typed: readonly string[]): unknown {
  const parsed = fieldSchema.parse({ name: 'x', label, ...field });
  const answers = readAnswers([parsed], new Map([['x', typed]]), normal);
  if (!answers.ok) return answers.errors.get('x')?.type;
  return answers.answers.attributes.x ?? answers.answers.words.x;
}

test.each<readonly [object, readonly string[], unknown]>([
  [{ type: 'text' }, ['  Ana '], 'Ana'],
  [{ type: 'text', required: true }, ['   '], 'missing'],
  [{ type: 'text' }, ['a\nBcc: x@example.test'], 'oneLine'],
  [{ type: 'text' }, ['a\0'], 'unstorable'],
  [{ type: 'text' }, ['a\u0085'], 'unstorable'],
  [{ type: 'text' }, ['\ud800'], 'unstorable'],
  [{ type: 'text', minLength: 3 }, ['ab'], 'tooShort'],
  [{ type: 'text', maxLength: 3 }, ['abcd'], 'tooLong'],
  [{ type: 'text' }, ['x'.repeat(1001)], 'tooLong'],
  [{ type: 'text', pattern: '99999-999' }, ['01000-000'], '01000-000'],
  [{ type: 'text', pattern: ['99-999', 'AA9'] }, ['01-00'], 'notLike'],
  [{ type: 'company' }, ['Żółw Sp. z o.o.'], 'Żółw Sp. z o.o.'],
  [{ type: 'textarea' }, ['one\r\ntwo'], 'one\ntwo'],
  [{ type: 'textarea', maxLength: 2 }, ['abc'], 'tooLong'],
  [{ type: 'email' }, ['ANA@example.test'], 'ana@example.test'],
  [{ type: 'email' }, ['ana'], 'notAnEmail'],
  [{ type: 'phone' }, ['12'], 'notAPhone'],
  [{ type: 'number' }, ['12,5'], 12.5],
  [{ type: 'number' }, ['1e9'], 'notANumber'],
  [{ type: 'number', integer: true }, ['1.5'], 'notWhole'],
  [{ type: 'number', min: 2 }, ['1'], 'tooSmall'],
  [{ type: 'number', max: 2 }, ['3'], 'tooLarge'],
  [{ type: 'date' }, ['2028-02-29'], '2028-02-29'],
  [{ type: 'date' }, ['2026-02-30'], 'notADate'],
  [{ type: 'date', min: '2026-01-01' }, ['2025-12-31'], 'tooEarly'],
  [{ type: 'date', max: '2026-01-01' }, ['2026-01-02'], 'tooLate'],
  [{ type: 'select', options }, ['b'], 'b'],
  [{ type: 'select', options }, ['__proto__'], 'notAnOption'],
  [{ type: 'multiselect', options }, ['c', 'a', 'a'], ['a', 'c']],
  [{ type: 'multiselect', options, atLeast: 2 }, ['a'], 'tooFew'],
  [{ type: 'multiselect', options, atMost: 1 }, ['a', 'b'], 'tooMany'],
  [{ type: 'multiselect', options }, ['a', 'z'], 'notAnOption'],
  [{ type: 'multiselect', options, required: true }, [], 'missing'],
  [{ type: 'checkbox' }, ['yes'], true],
  [{ type: 'checkbox' }, [], false],
  [{ type: 'checkbox', required: true }, [], 'missing'],
])('%j makes of %j: %j', (field, typed, made) => {
  expect(read(field, ...typed)).toEqual(made);
});

test('a hidden field troubles nobody: what is none is left out, and what is fixed stays as the file says it', () => {
  const hidden = (parts: object) => fieldSchema.parse({ name: 'x', type: 'hidden', ...parts });
  const kept = (parts: object, typed: string) => {
    const answers = readAnswers([hidden(parts)], new Map([['x', [typed]]]), normal);
    return answers.ok ? answers.answers.attributes.x : 'refused';
  };
  expect(kept({ value: 'site' }, 'forged')).toBe('site');
  expect(kept({ from: 'utm_source' }, 'news')).toBe('news');
  for (const bad of ['a\0', 'a\r\nb', 'x'.repeat(300)]) expect(kept({ from: 'utm_source' }, bad)).toBeUndefined();
});

test('a pattern takes time in proportion to the text, and letters of all alphabets', () => {
  expect(isLike('ŻÓŁW', ['AAAA'])).toBe(true);
  expect(isLike('a'.repeat(100_000), ['A'.repeat(60)])).toBe(false);
});

test('whatever is typed is an answer or an error, never both, and never throws', () => {
  const fields = aForm({
    fields: [
      { name: 'name', type: 'text', label },
      { name: 'many', type: 'multiselect', label, options },
      { name: 'n', type: 'number', label },
      { name: 'day', type: 'date', label },
      { name: 'text', type: 'textarea', label },
    ],
  }).fields;
  fc.assert(
    fc.property(
      fc.dictionary(
        fc.constantFrom(...fields.map(({ name }) => name)),
        fc.array(fc.string({ unit: 'binary' }), { maxLength: 3 }),
      ),
      (typed) => {
        const made = readAnswers(fields, new Map(Object.entries(typed)), normal);
        if (made.ok) expect(JSON.stringify(made.answers)).not.toMatch(/\\u0000/);
        else expect(made.errors.size).toBeGreaterThan(0);
      },
    ),
  );
});

describe('questions', () => {
  const form = aForm({
    fields: [
      { name: 'name', type: 'text', label },
      { name: 'why', type: 'textarea', label },
    ],
    progressive: { perVisit: 2, fields: ['a', 'b', 'c', 'd'].map((name) => ({ name, type: 'text', label })) },
  });
  const asked = (...answered: readonly string[]) => askedOf(form, new Set(answered)).map(({ name }) => name);

  test('are asked two at a time, and none twice; the address and what stays with the event are asked each time', () => {
    expect(asked()).toEqual(['email', 'name', 'why', 'a', 'b']);
    expect(asked('email', 'name', 'why', 'a')).toEqual(['email', 'why', 'b', 'c']);
    expect(asked('name', 'a', 'b', 'c', 'd')).toEqual(['email', 'why']);
  });

  // INV-FORM-ASKED-ONCE
  test('whatever was answered, no question of later visits comes again, and never more than so many', () => {
    fc.assert(
      fc.property(fc.subarray(['name', 'a', 'b', 'c', 'd']), (answered) => {
        const later = asked(...answered).filter((name) => ['a', 'b', 'c', 'd'].includes(name));
        expect(later.filter((name) => answered.includes(name))).toEqual([]);
        expect(later.length).toBeLessThanOrEqual(2);
      }),
    );
  });
});

test('a text is shown in the language of the page, else in one of the same, else in the first of the form', () => {
  const texts = { 'pt-BR': 'Oi', en: 'Hi' };
  expect(['en-GB', 'pt-PT', 'pl'].map((locale) => textIn(texts, locale, 'pt-BR'))).toEqual(['Hi', 'Oi', 'Oi']);
});

test.each([
  [{}, []],
  [{ isTrapped: true }, ['trap']],
  [{ tookMs: 1_999 }, ['fast']],
  [{ tookMs: 1_999, hasProof: false }, ['fast', 'proof']],
  [{ tookMs: 19_999, hasProof: false }, ['proof']],
  [{ tookMs: 20_000, hasProof: false }, []],
  [{ sameAddress: 5 }, ['rate']],
  [{ lines: ['Ana', 'win at www.example.test'] }, ['links']],
  [{ lines: ['<a href=x>'] }, ['links']],
])('%j is held because of %j', (signs, reasons) => {
  const rules = aForm({ spam: { proofOfWork: 16 } }).spam;
  const all = { isTrapped: false, tookMs: 60_000, hasProof: true, sameAddress: 0, lines: ['Ana'], ...signs };
  expect(holdReasons(rules, all)).toEqual(reasons);
});
