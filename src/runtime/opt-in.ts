import { DEFAULT_PURPOSES } from '../domain/consent/purposes';
import { eventsOfEntry } from '../domain/entry/schema';
import { failure } from '../domain/errors';
import { EVENTS } from '../domain/event';
import type { SequenceVersion } from '../store/sequences';
import type { Content } from './content';

/** Makes sure that a double opt-in that is asked for is mailed. Throws VIV_OPT_IN_SEQUENCE. */
export function requireOptIn(
  { forms, rules }: Pick<Content, 'forms' | 'rules'>,
  published: readonly Pick<SequenceVersion, 'definition'>[],
): void {
  const { purposes } = rules.purposes ?? DEFAULT_PURPOSES;
  const isAsked = [...forms.values()].some(
    ({ consent }) => consent && (consent.doubleOptIn ?? purposes[consent.purpose]?.doubleOptIn),
  );
  const isMailed = published.some(({ definition }) =>
    eventsOfEntry(definition.enter).includes(EVENTS.consentRequested),
  );
  if (isAsked && !isMailed) throw failure('VIV_OPT_IN_SEQUENCE', { file: 'sequences/double-opt-in.yaml' });
}
