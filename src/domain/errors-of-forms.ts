import { bad, found } from './error-spec';

/** Of the registry in ./errors: forms, and what strangers send to them. */
export const FORM_ERRORS = {
  VIV_FORM_INVALID: bad<{ file: string; problems: string }>((p) => `${p.file} is not a valid form:\n${p.problems}`),
  VIV_FORM_UNKNOWN: bad<{ form: string }>((p) => `No form "${p.form}". Check the address.`, 404),
  // src/domain/forms finds these in the file of a form
  VIV_FORM_EMAIL_MISSING: found,
  VIV_FORM_FIELD_DUPLICATE: found,
  VIV_FORM_LIMITS: found,
  VIV_FORM_TEXT_MISSING: found,
  VIV_FORM_FILE_MISSING: found,
  VIV_FORM_DATE_PAST: found,
  VIV_FORM_ATTRIBUTE_UNFAMILIAR: found,
  // what is sent
  VIV_FORM_ANSWERS: bad<{ fields: string }>(
    (p) => `These answers are not as they should be: ${p.fields}. Correct them, and send the form again.`,
    422,
  ),
  VIV_FORM_TOKEN: bad<Record<string, never>>(
    () => 'The token of this form is missing, old, or not one of ours. Load the form anew, and send it from there.',
    422,
  ),
  VIV_FORM_USED: bad<Record<string, never>>(
    () => 'This form was sent already, with other answers. Load it anew, and send it once more.',
    422,
  ),
  VIV_FORM_FOREIGN: bad<{ site: string }>(
    (p) =>
      `Forms are not taken from ${p.site}. Open the form itself, or have the site added under \`origins:\` of the form.`,
    403,
  ),
  VIV_FORM_CLOSED: bad<{ form: string }>((p) => `Form "${p.form}" is closed: its date is past. Nothing was sent.`, 410),
  VIV_FORM_LINK_ENDED: bad<{ form: string }>(
    (p) => `This link has ended. Ask for a new one by the form "${p.form}".`,
    410,
  ),
  VIV_FORM_HELD_UNKNOWN: bad<{ id: string }>(
    (p) => `Nothing is held under "${p.id}". List what is: viveiro form held.`,
    404,
  ),
} as const;
