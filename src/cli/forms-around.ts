import { DEFAULT_PURPOSES } from '../domain/consent/purposes';
import { type Around, attributesNamedIn } from '../domain/forms/problems';
import type { Rules } from '../domain/rules';

/** What stands around forms for whoever checks them. */
export const aroundForms = (rules: Rules): Around => ({
  purposes: rules.purposes ?? DEFAULT_PURPOSES,
  attributes: attributesNamedIn(rules),
  now: Date.now(),
});
