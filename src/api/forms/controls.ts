import { first, type Typed } from '../../domain/forms/answers';
import { type FormField, mostLetters, type Option, type ShownField } from '../../domain/forms/field';
import type { Localised } from '../../domain/localised';
import { html, type SafeHtml } from '../html';
import type { Words } from './words';

/** How a field stands when it is shown. */
export interface ControlView {
  readonly words: Words;
  readonly typed: Typed;
  /** Field name → what to do about it. */
  readonly errors: ReadonlyMap<string, string>;
  readonly textOf: (texts: Localised | undefined) => string;
}

/** What browsers may fill in by themselves (WCAG 2.2, 1.3.5). */
const AUTOCOMPLETE: { readonly [name: string]: string } = {
  name: 'name',
  firstName: 'given-name',
  lastName: 'family-name',
  street: 'street-address',
  city: 'address-level2',
  postalCode: 'postal-code',
  country: 'country-name',
  jobTitle: 'organization-title',
};
const AUTOCOMPLETE_OF_TYPE: { readonly [type: string]: string } = {
  email: 'email',
  phone: 'tel',
  company: 'organization',
};

export const autocompleteOf = (field: ShownField): string | undefined =>
  field.autocomplete ??
  AUTOCOMPLETE_OF_TYPE[field.type] ??
  (Object.hasOwn(AUTOCOMPLETE, field.name) ? AUTOCOMPLETE[field.name] : undefined);

/** A field with its label, its hint and what is wrong with it, tied to each other for every reader. */
export function fieldBlock(field: FormField, view: ControlView): SafeHtml {
  switch (field.type) {
    case 'hidden':
      return html`<input type="hidden" name="${field.name}" value="${field.value ?? first(view.typed, field.name)}">`;
    case 'checkbox':
      return checkbox({ ...field, text: view.textOf(field.label), hint: view.textOf(field.hint) }, view);
    case 'multiselect':
      return group(field, view);
    case 'select':
      return field.as === 'radio' ? group(field, view) : labelled(field, view);
    default:
      return labelled(field, view);
  }
}

const labelled = (field: LabelledField, view: ControlView): SafeHtml =>
  html`<label for="${field.name}">${view.textOf(field.label)}${required(field, view)}</label>${hintLine(
    field.name,
    view.textOf(field.hint),
  )}${control(field, view)}${errorLine(field.name, view)}`;

type LabelledField = Exclude<ShownField, { type: 'checkbox' | 'multiselect' }>;
type Grouped = Extract<ShownField, { type: 'select' | 'multiselect' }>;

const required = (field: { readonly required: boolean }, { words }: ControlView) =>
  field.required && html` <span class="muted">${words.required}</span>`;

const hintLine = (name: string, hint: string) =>
  hint !== '' && html`<p class="hint muted" id="${name}-hint">${hint}</p>`;

function errorLine(name: string, { errors, words }: ControlView) {
  const error = errors.get(name);
  return error !== undefined && html`<p class="error" id="${name}-error">${words.errorPrefix} ${error}</p>`;
}

interface Described {
  readonly name: string;
  readonly hint: string;
}

/** What else a reader is told of a control: its hint, then its error. */
function describedBy({ name, hint }: Described, { errors }: ControlView) {
  const ids = [hint !== '' && `${name}-hint`, errors.has(name) && `${name}-error`].filter((id) => id !== false);
  return ids.length > 0 && html` aria-describedby="${ids.join(' ')}"`;
}

const invalid = (name: string, { errors }: ControlView) => errors.has(name) && html` aria-invalid="true"`;

function marks(field: LabelledField, view: ControlView): SafeHtml {
  const { name } = field;
  const autocomplete = autocompleteOf(field);
  return html`${autocomplete && html` autocomplete="${autocomplete}"`}${field.required && html` required`}${invalid(
    name,
    view,
  )}${describedBy({ name, hint: view.textOf(field.hint) }, view)}`;
}

function control(field: LabelledField, view: ControlView): SafeHtml {
  const { name } = field;
  const value = first(view.typed, name);
  switch (field.type) {
    case 'select':
      return html`<select id="${name}" name="${name}"${marks(field, view)}><option value="">${view.words.choose}</option>${field.options.map(
        (option) =>
          html`<option value="${option.value}"${option.value === value && html` selected`}>${view.textOf(option.label)}</option>`,
      )}</select>`;
    case 'textarea':
      return html`<textarea id="${name}" name="${name}" rows="6" maxlength="${mostLetters(field)}"${marks(field, view)}>
${value}</textarea>`;
    default:
      return html`<input id="${name}" name="${name}" ${inputType(field, value)} value="${value}"${marks(field, view)}>`;
  }
}

/** What was typed and is no date stays only in a field for text. */
const isDay = (value: string): boolean => value === '' || /^\d{4}-\d\d-\d\d$/.test(value);

function inputType(field: Exclude<LabelledField, { type: 'select' | 'textarea' }>, value: string): SafeHtml {
  switch (field.type) {
    case 'email':
      return html`type="email"`;
    case 'phone':
      return html`type="tel"`;
    case 'number': // type=number changes by the wheel and loses what is no number
      return html`type="text" inputmode="${field.integer ? 'numeric' : 'decimal'}"`;
    case 'date':
      return isDay(value)
        ? html`type="date"${field.min && html` min="${field.min}"`}${field.max && html` max="${field.max}"`}`
        : html`type="text"`;
    default:
      return html`type="text" maxlength="${mostLetters(field)}"`;
  }
}

/** Boxes or buttons under one question. The first has the name as its id: that is where links to the field lead. */
function group(field: Grouped, view: ControlView): SafeHtml {
  const { name } = field;
  const hint = view.textOf(field.hint);
  const kind = field.type === 'multiselect' ? 'checkbox' : 'radio';
  const role =
    kind === 'radio' && html` role="radiogroup"${field.required && html` aria-required="true"`}${invalid(name, view)}`;
  return html`<fieldset${role}${describedBy({ name, hint }, view)}><legend>${view.textOf(field.label)}${required(
    field,
    view,
  )}</legend>${hintLine(name, hint)}${field.options.map((option, at) => choice({ kind, name, option, at }, view))}${errorLine(
    name,
    view,
  )}</fieldset>`;
}

interface Choice {
  readonly kind: 'checkbox' | 'radio';
  readonly name: string;
  readonly option: Option;
  readonly at: number;
}

function choice({ kind, name, option: { value, label }, at }: Choice, view: ControlView): SafeHtml {
  const isChosen = (view.typed.get(name) ?? []).includes(value);
  return html`<label class="check"><input type="${kind}" id="${at === 0 ? name : `${name}-${at}`}" name="${name}" value="${value}"${
    isChosen && html` checked`
  }>${view.textOf(label)}</label>`;
}

export interface Box {
  readonly name: string;
  readonly required: boolean;
  readonly text: string;
  readonly hint: string;
}

/** One box to tick, never ticked beforehand. */
export function checkbox(box: Box, view: ControlView): SafeHtml {
  const { name, text, hint } = box;
  const isTicked = first(view.typed, name) === 'yes';
  return html`<label class="check"><input type="checkbox" id="${name}" name="${name}" value="yes"${isTicked && html` checked`}${
    box.required && html` required`
  }${invalid(name, view)}${describedBy(box, view)}><span>${text}${required(box, view)}</span></label>${hintLine(
    name,
    hint,
  )}${errorLine(name, view)}`;
}
