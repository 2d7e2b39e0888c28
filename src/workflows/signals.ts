import { defineSignal } from '@temporalio/workflow';

/** Something happened: look again. The number is the interaction's `seq`, for people who read the history. */
export const poke = defineSignal<[number]>('poke');
