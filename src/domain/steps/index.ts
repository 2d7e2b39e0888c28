import { z } from 'zod';
import type { Condition } from '../conditions';
import type { Facts } from '../facts';
import { checkpoint, checkpointSchema } from './checkpoint';
import { end, endSchema } from './end';
import { goto, gotoSchema } from './goto';
import type { At, MailOf, Passing, Situation, StepHandler, StepPlan, Target } from './handler';
import { handoff, handoffSchema } from './handoff';
import { join, joinSchema } from './join';
import { mail, mailSchema } from './mail';
import { score, scoreSchema } from './score';
import { split, splitSchema } from './split';
import { task, taskSchema } from './task';
import { update, updateSchema } from './update';
import { wait, waitSchema } from './wait';
import { waitFor, waitForSchema } from './wait-for';
import { webhook, webhookSchema } from './webhook';

/** Every step type. A new one adds its file, one line here and one in `HANDLERS`: the compiler asks for both. */
export const stepSchema = z.discriminatedUnion('type', [
  mailSchema,
  waitSchema,
  waitForSchema,
  checkpointSchema,
  splitSchema,
  updateSchema,
  scoreSchema,
  taskSchema,
  webhookSchema,
  joinSchema,
  gotoSchema,
  handoffSchema,
  endSchema,
]);
export type Step = z.output<typeof stepSchema>;
export type StepType = Step['type'];

const HANDLERS = {
  mail,
  wait,
  waitFor,
  checkpoint,
  split,
  update,
  score,
  task,
  webhook,
  join,
  goto,
  handoff,
  end,
} satisfies { readonly [T in StepType]: StepHandler<Extract<Step, { type: T }>> };

export const STEP_TYPES = Object.keys(HANDLERS) as readonly StepType[]; // the table has each type as its key

function handlerOf(step: Step): StepHandler<Step> {
  // the table pairs each type with its own handler; TypeScript cannot follow that through an index
  return HANDLERS[step.type] as StepHandler<Step>;
}

export const planStep = (step: Step, situation: Situation): StepPlan => handlerOf(step).plan(step, situation);
export const fallsThrough = (step: Step): boolean => handlerOf(step).fallsThrough(step);
export const takesTime = (step: Step): boolean => handlerOf(step).takesTime(step);
export const endsByDate = (step: Step): boolean => handlerOf(step).endsByDate?.(step) ?? false;
export const stepTargets = (step: Step): readonly Target[] => handlerOf(step).targets?.(step) ?? [];
export const stepEvents = (step: Step): readonly { readonly at: At; readonly type: string }[] =>
  handlerOf(step).events?.(step) ?? [];
export const stepConditions = (step: Step): readonly { readonly at: At; readonly condition: Condition }[] =>
  handlerOf(step).conditions?.(step) ?? [];
export const stepMails = (step: Step): readonly MailOf[] => handlerOf(step).mails?.(step) ?? [];
export const isPassable = (step: Step): boolean => handlerOf(step).passing !== undefined;
export const passingOf = (step: Step, facts: Facts): Passing | undefined => handlerOf(step).passing?.(step, facts);
