import { DateTime } from 'luxon';

export const today = new Date(); //! plugin: No wall clock
export const text = Date(); //! plugin: No wall clock
export const now = Date.now(); //! plugin: No wall clock
export const each = [1].map(Date.now); //! plugin: No wall clock
export const local = DateTime.local(); //! plugin: No wall clock
export const utc = DateTime.utc(); //! plugin: No wall clock
export const luxon = DateTime.now(); //! plugin: No wall clock
export const ticks = performance.now(); //! noRestrictedGlobals: performance
export const around = globalThis.Date.now(); //! noRestrictedGlobals: globalThis

export const given = new Date(5);
export const year = DateTime.utc(2026);
