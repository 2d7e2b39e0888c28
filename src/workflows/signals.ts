import { defineSignal } from '@temporalio/workflow';

/** Something happened: look again. The number is the interaction's `seq`, for people who read the history. */
export const poke = defineSignal<[number]>('poke');

/** To a handoff: its journey has continued as new, hears of no child any more, and wants to be poked at the end. */
export const watch = defineSignal('watch');
