import { z } from 'zod';
import { checkpoint, checkpointSchema } from './checkpoint';
import { end, endSchema } from './end';
import type { Situation, StepHandler, StepPlan } from './handler';
import { handoff, handoffSchema } from './handoff';
import { mail, mailSchema } from './mail';
import { update, updateSchema } from './update';
import { wait, waitSchema } from './wait';
import { waitFor, waitForSchema } from './wait-for';

/** Every step type. A new one adds its file, one line here and one in `HANDLERS`: the compiler asks for both. */
export const stepSchema = z.discriminatedUnion('type', [
  mailSchema,
  waitSchema,
  waitForSchema,
  checkpointSchema,
  updateSchema,
  handoffSchema,
  endSchema,
]);
export type Step = z.output<typeof stepSchema>;
export type StepType = Step['type'];

const HANDLERS = { mail, wait, waitFor, checkpoint, update, handoff, end } satisfies {
  readonly [T in StepType]: StepHandler<Extract<Step, { type: T }>>;
};

function handlerOf(step: Step): StepHandler<Step> {
  // the table pairs each type with its own handler; TypeScript cannot follow that through an index
  return HANDLERS[step.type] as StepHandler<Step>;
}

export const planStep = (step: Step, situation: Situation): StepPlan => handlerOf(step).plan(step, situation);
export const stepTargets = (step: Step): readonly string[] => handlerOf(step).targets(step);
export const fallsThrough = (step: Step): boolean => handlerOf(step).fallsThrough(step);
export const stepEvents = (step: Step): readonly string[] => handlerOf(step).events(step);
