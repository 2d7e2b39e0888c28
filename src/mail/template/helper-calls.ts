import { suggestion } from '../../domain/yaml/closest';
import { DATE_STYLES, isCurrency, pluralFormsOf } from './intl';
import type { Said } from './problem';

/** What stands behind a helper's value: literals and names, as they were read. */
export interface Call {
  readonly helper: string;
  /** The path of the value. */
  readonly value: string;
  /** The second parameter: a text, or the path of one. */
  readonly option: { readonly text: string } | { readonly path: string } | undefined;
  readonly words: { readonly [form: string]: string };
  /** Of the template. */
  readonly locale: string;
}

type Check = (call: Call) => Said | undefined;

/** What is wrong with a call of each helper. */
const HELPERS: { readonly [helper: string]: Check } = {
  date: ({ option, words }) => {
    const usage = 'write {{date name}} or {{date name "short"}}';
    if (Object.keys(words).length > 0 || (option && 'path' in option))
      return said('date takes a style and no more', usage);
    if (!option || DATE_STYLES.includes(option.text)) return undefined;
    return said(`there is no style "${option.text}" of dates`, suggestion(option.text, DATE_STYLES));
  },
  time: (call) => takesNothing(call),
  number: (call) => takesNothing(call),
  money: ({ option, words }) => {
    const usage = 'write {{money name "BRL"}}';
    if (!option || Object.keys(words).length > 0) return said('money takes a currency', usage);
    if ('path' in option || isCurrency(option.text)) return undefined;
    return said(`"${option.text}" is no code of a currency`, usage);
  },
  plural: ({ option, words, locale }) => {
    const forms = pluralFormsOf(locale);
    const missing = forms.filter((form) => words[form] === undefined);
    const odd = Object.keys(words).filter((form) => !FORMS.includes(form));
    if (!option && missing.length === 0 && odd.length === 0) return undefined;
    const example = forms.map((form) => `${form}="# …"`).join(' ');
    return said(
      missing.length > 0
        ? `plural lacks ${missing.join(', ')}, which ${locale} has`
        : 'plural takes words for its forms',
      `write {{plural name ${example}}}`,
    );
  },
};
const FORMS: readonly string[] = ['zero', 'one', 'two', 'few', 'many', 'other'];

export const HELPER_NAMES: readonly string[] = Object.keys(HELPERS);

const said = (message: string, fix: string): Said => ({ message, fix });

function takesNothing({ helper, option, words }: Call): Said | undefined {
  if (!option && Object.keys(words).length === 0) return undefined;
  return said(`${helper} takes one name and nothing else`, `write {{${helper} name}}`);
}

/** The call as the compiled template has it; it says which value it is about, for whoever lacks it. */
export function callSource(call: Call): { readonly source: string } | Said {
  const check = Object.hasOwn(HELPERS, call.helper) ? HELPERS[call.helper] : undefined;
  if (!check) return said(`there is no helper "${call.helper}"`, suggestion(call.helper, HELPER_NAMES));
  const wrong = check(call);
  if (wrong) return wrong;
  const { helper, value, option, words } = call;
  const texts = [...Object.values(words), ...(option && 'text' in option ? [option.text] : [])];
  if (texts.some((text) => /["\\]/.test(text))) return said('a text has a quote in it', 'write it with ’ or “ ”');
  const second = option && ('text' in option ? `"${option.text}"` : option.path);
  const hash = [...Object.entries(words), ['of', value]].map(([key, text]) => `${key}="${text}"`);
  return { source: `{{${[helper, value, ...(second === undefined ? [] : [second]), ...hash].join(' ')}}}` };
}
