import { chance, type Draw } from '../chance';
import type { Persona, Script } from './script';

/** How often people of each kind turn up when a script names no weights: made for a lively and believable rehearsal. */
const LEADS: Partial<Record<Persona, number>> = {
  engaged: 19,
  passive: 62,
  bounces: 4,
  unsubscribes: 6,
  asks_for_call: 9,
};
const CLIENTS: Partial<Record<Persona, number>> = { returns: 36, passive: 54, bounces: 4, unsubscribes: 6 };

/** The weights by which personas are drawn: the script's, else those for the audience. */
export const weightsOf = ({ personas }: Script, audience: Recipient['audience']): Partial<Record<Persona, number>> =>
  personas ?? (audience === 'lead' ? LEADS : CLIENTS);

/** Whose persona is asked for. */
export interface Recipient {
  readonly email: string;
  readonly audience: 'lead' | 'client';
}

/** The persona of a contact: the script's own word, else drawn by weight from seed and address. */
export const personaOf = (script: Script, { email, audience }: Recipient): Persona =>
  personasOf(script, audience)(email);

/** `personaOf` for many contacts of one audience. */
export function personasOf(
  script: Script,
  audience: Recipient['audience'],
  draw: Draw = chance,
): (email: string) => Persona {
  const weights = Object.entries(weightsOf(script, audience));
  const total = weights.reduce((sum, [, weight]) => sum + (weight ?? 0), 0);
  const contacts = new Map(Object.entries(script.contacts));
  return (email) => {
    const named = contacts.get(email)?.persona ?? script.everyone?.persona;
    if (named) return named;
    let left = draw(script.seed, 'persona', email) * total;
    for (const [persona, weight] of weights) {
      left -= weight ?? 0;
      if (left < 0) return persona as Persona; // the keys of a table over Persona
    }
    return 'passive';
  };
}
