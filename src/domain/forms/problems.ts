import type { PurposeRules } from '../consent/purposes';
import type { ErrorCode } from '../errors';
import type { Instant } from '../ids';
import type { Localised } from '../localised';
import { closest, suggestion } from '../yaml/closest';
import { type Found, type Path, senseless } from '../yaml/problem';
import { filesOf, isOver, type Webinar } from './brings';
import { type FormField, isShown, keptWith } from './field';
import { allFields, type HostedForm, localesOf } from './schema';

/** What stands around a form. Whatever is left out is not looked at. */
export interface Around {
  /** Names of the files in the folder `files`. */
  readonly files?: readonly string[];
  /** Names of attributes that rules go by. */
  readonly attributes?: readonly string[];
  readonly now?: Instant;
  /** What mails may be for. */
  readonly purposes?: PurposeRules;
}

interface Told {
  readonly path: Path;
  readonly code: ErrorCode;
  readonly message: string;
  readonly fix: string;
}

const error = (told: Told): Found => ({ severity: 'error', at: 'value', ...told });
const warning = (told: Told): Found => ({ severity: 'warning', at: 'value', ...told });

/** What the schema lets pass and makes no sense, or less than it could. */
export function formProblems(form: HostedForm, around: Around = {}): readonly Found[] {
  return [
    ...addressProblems(form),
    ...duplicates(form),
    ...placesOf(form).flatMap(({ field, path }) => [...limitProblems(field, path), ...optionProblems(field, path)]),
    ...textProblems(form),
    ...consentTexts(form),
    ...purposeProblems(form, around),
    ...bringsProblems(form, around),
    ...attributeProblems(form, around),
  ];
}

interface Placed {
  readonly field: FormField;
  readonly path: Path;
}

const placesOf = ({ fields, progressive }: HostedForm): readonly Placed[] => [
  ...fields.map((field, index) => ({ field, path: ['fields', index] })),
  ...(progressive?.fields ?? []).map((field, index) => ({ field, path: ['progressive', 'fields', index] })),
];

function addressProblems({ fields, progressive }: HostedForm): readonly Found[] {
  const email = fields.find(({ name }) => name === 'email');
  const missing: Told = {
    path: ['fields'],
    code: 'VIV_FORM_EMAIL_MISSING',
    message: 'needs a field `email` of type email that is required',
    fix: 'add { name: email, type: email, required: true, label: … }: without an address nobody can be answered',
  };
  const isThere = email?.type === 'email' && email.required;
  const named = (progressive?.fields ?? []).flatMap(({ name }, index): Found[] =>
    name === 'email'
      ? [error({ ...missing, path: ['progressive', 'fields', index], message: '`email` is asked each time' })]
      : [],
  );
  return [...(isThere ? [] : [error(missing)]), ...named];
}

const duplicates = (form: HostedForm): readonly Found[] =>
  placesOf(form).flatMap(({ field: { name }, path }, index): Found[] =>
    allFields(form).findIndex((other) => other.name === name) === index
      ? []
      : [duplicate([...path, 'name'], name, 'field')],
  );

function limitProblems(field: FormField, path: Path): readonly Found[] {
  const pairs: readonly (readonly [low: string, high: string])[] = [
    ['minLength', 'maxLength'],
    ['min', 'max'],
    ['atLeast', 'atMost'],
  ];
  const limits = field as { readonly [key: string]: unknown }; // only looked at by the names above
  const crossed = pairs.flatMap(([low, high]): Found[] => {
    const [least, most] = [limits[low], limits[high]];
    const isCrossed =
      least !== undefined && most !== undefined && String(least) !== String(most) && isAbove(least, most);
    return isCrossed ? [odd([...path, low], `${low} is above ${high}`, 'no answer fits; correct one of them')] : [];
  });
  const isTooMany = field.type === 'multiselect' && (field.atLeast ?? 0) > field.options.length;
  return isTooMany
    ? [...crossed, odd([...path, 'atLeast'], 'is more than there are options', 'no answer fits; lower it')]
    : crossed;
}

const isAbove = (a: unknown, b: unknown): boolean =>
  typeof a === 'number' && typeof b === 'number' ? a > b : String(a) > String(b);

const odd = (path: Path, message: string, fix: string): Found => error({ path, code: 'VIV_FORM_LIMITS', message, fix });

function optionProblems(field: FormField, path: Path): readonly Found[] {
  if (field.type === 'hidden')
    return (field.value === undefined) === (field.from === undefined)
      ? [odd(path, 'needs either `value:` or `from:`', 'say what it always is, or which parameter of the address')]
      : [];
  if (field.type !== 'select' && field.type !== 'multiselect') return [];
  return field.options.flatMap(({ value }, index): Found[] =>
    field.options.findIndex((other) => other.value === value) === index
      ? []
      : [duplicate([...path, 'options', index, 'value'], value, 'option')],
  );
}

/** The title sets the languages; a text that lacks one is shown in the first. */
function textProblems(form: HostedForm): readonly Found[] {
  const locales = localesOf(form);
  const [fallback = ''] = locales;
  return textsIn(form, []).flatMap(({ text, path }) =>
    locales
      .filter((locale) => text[locale] === undefined)
      .map((locale) =>
        warning({
          path,
          code: 'VIV_FORM_TEXT_MISSING',
          message: `has no text in ${locale}`,
          fix: `write one, or that in ${text[fallback] === undefined ? 'another language' : fallback} is shown`,
        }),
      ),
  );
}

const TEXT_KEYS: readonly string[] = [
  'title',
  'intro',
  'label',
  'hint',
  'missing',
  'invalid',
  'description',
  'submit',
  'thanks',
];

function textsIn(value: unknown, path: Path): readonly { readonly text: Localised; readonly path: Path }[] {
  if (value === null || typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => {
    const place = [...path, Array.isArray(value) ? Number(key) : key];
    // the schema allows nothing but texts in several languages under these keys
    return TEXT_KEYS.includes(key) && inner ? [{ text: inner as Localised, path: place }] : textsIn(inner, place);
  });
}

/** People agree to words that they can read: no other language stands in for them. */
function consentTexts(form: HostedForm): readonly Found[] {
  const text = form.consent?.text;
  if (!text) return [];
  return localesOf(form)
    .filter((locale) => text[locale] === undefined)
    .map((locale) =>
      error({
        path: ['consent', 'text'],
        code: 'VIV_FORM_TEXT_MISSING',
        message: `has no text in ${locale}`,
        fix: 'write it: people agree to nothing that they cannot read',
      }),
    );
}

/** A consent needs a purpose that somebody has declared, and words. */
function purposeProblems({ consent }: HostedForm, { purposes: rules }: Around): readonly Found[] {
  if (!consent || !rules) return [];
  const { purpose, text, doubleOptIn } = consent;
  const declared = Object.hasOwn(rules.purposes, purpose) ? rules.purposes[purpose] : undefined;
  if (!declared)
    return [
      error({
        path: ['consent', 'purpose'],
        code: 'VIV_PURPOSE_UNKNOWN',
        message: `there is no purpose "${purpose}" in rules/purposes.yaml`,
        fix: suggestion(purpose, Object.keys(rules.purposes)),
      }),
    ];
  if (!text && declared.texts.length === 0)
    return [
      error({
        path: ['consent'],
        code: 'VIV_FORM_TEXT_MISSING',
        message: `neither the form nor purpose "${purpose}" has words to show`,
        fix: 'write `text:`, or the texts of the purpose',
      }),
    ];
  if (!doubleOptIn || declared.bases.includes('consent')) return [];
  return [senseless(['consent', 'doubleOptIn'], `purpose "${purpose}" does not rest on consent`, 'leave it out')];
}

function bringsProblems(form: HostedForm, { files, now }: Around): readonly Found[] {
  const { brings } = form;
  if (brings?.type === 'webinar') return dateProblems(form, brings, now);
  if (brings?.type !== 'ebook' || !files) return [];
  return Object.entries(filesOf(brings)).flatMap(([locale, name]): Found[] =>
    files.includes(name)
      ? []
      : [
          error({
            path: locale === '' ? ['brings', 'file'] : ['brings', 'file', locale],
            code: 'VIV_FORM_FILE_MISSING',
            message: `there is no file "${name}" in the folder files beside the form`,
            fix: fileFix(name, files),
          }),
        ],
  );
}

function dateProblems(form: HostedForm, webinar: Webinar, now: Instant | undefined): readonly Found[] {
  const { startsAt, sessions } = webinar;
  if ((startsAt === undefined) === (sessions === undefined))
    return [odd(['brings'], 'needs either `startsAt:` or `sessions:`', 'write its date, or all of its dates')];
  const names = (sessions ?? []).map(({ session }) => session);
  const place = allFields(form).findIndex(({ name }) => name === 'session');
  const isAsked = place < 0 ? undefined : placesOf(form)[place]?.path;
  return [
    ...names.flatMap((name, index): Found[] =>
      names.indexOf(name) === index ? [] : [duplicate(['brings', 'sessions', index, 'session'], name, 'date')],
    ),
    ...(sessions && isAsked ? [duplicate([...isAsked, 'name'], 'session', 'field')] : []),
    ...(now !== undefined && isOver(webinar, now) ? [past(sessions === undefined)] : []),
  ];
}

const duplicate = (path: Path, name: string, what: string): Found =>
  error({
    path,
    code: 'VIV_FORM_FIELD_DUPLICATE',
    message: `"${name}" is there twice`,
    fix: `give each ${what} a name of its own`,
  });

const past = (isOnly: boolean): Found =>
  warning({
    path: ['brings', isOnly ? 'startsAt' : 'sessions'],
    code: 'VIV_FORM_DATE_PAST',
    message: isOnly ? 'is past, so the form is closed' : 'are all past or cancelled, so the form is closed',
    fix: 'write the next date, or take the form away',
  });

function fileFix(name: string, files: readonly string[]): string {
  const near = closest(name, files);
  return near === undefined ? 'put it there' : `did you mean "${near}"?`;
}

/** A name that no rule goes by is nothing wrong; one that is nearly such a name most likely is. */
function attributeProblems(form: HostedForm, { attributes = [] }: Around): readonly Found[] {
  return placesOf(form).flatMap(({ field, path }): Found[] => {
    const { name } = field;
    if (name === 'email' || name === 'name' || keptWith(field) === 'event' || attributes.includes(name)) return [];
    const near = closest(name, attributes);
    if (near === undefined || near.startsWith(name) || name.startsWith(near)) return []; // longer names are names of their own
    return [
      warning({
        path: [...path, 'name'],
        code: 'VIV_FORM_ATTRIBUTE_UNFAMILIAR',
        message: `no rule goes by an attribute "${name}"`,
        fix: `did you mean "${near}"?`,
      }),
    ];
  });
}

/** The attributes that rules go by, wherever they name one. */
export function attributesNamedIn(rules: unknown): readonly string[] {
  const names = [...JSON.stringify(rules).matchAll(/"contact\.attributes\.([A-Za-z][A-Za-z0-9_]*)"/g)];
  return [...new Set(names.map(([, name = '']) => name))];
}

/** Fields that people see, for whoever counts them. */
export const shownFields = (form: HostedForm): number => allFields(form).filter(isShown).length;
