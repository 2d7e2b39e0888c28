import { keyOf, newId } from '../domain/ids'; //! noRestrictedImports: newId reads the clock

export const coin = Math.random() < 0.5; //! plugin: No chance here
export const dice = [1].map(Math.random); //! plugin: No chance here
export const id = crypto.randomUUID(); //! noRestrictedGlobals: crypto

export const key = keyOf('a', newId());
