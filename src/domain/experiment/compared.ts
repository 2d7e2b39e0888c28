import type { Definition } from '../sequence/definition';
import type { MailStep, WinnerRule } from '../steps/mail';

/** A mail step whose variants are compared. */
export interface Compared {
  readonly sequence: string;
  readonly stepId: string;
  readonly rule: WinnerRule;
  /** Names of the variants. */
  readonly variants: readonly string[];
}

/** The steps of a sequence that choose a winner. */
export function comparedIn({ sequence, steps }: Definition): readonly Compared[] {
  return steps.flatMap((step) => (isCompared(step) ? [{ sequence, stepId: step.id, ...comparisonOf(step) }] : []));
}

type ComparedStep = MailStep & Required<Pick<MailStep, 'variants' | 'winner'>>;

/** Whether the step chooses a winner among its variants. */
export const isCompared = (step: Definition['steps'][number]): step is ComparedStep =>
  step.type === 'mail' && step.winner !== undefined && step.variants !== undefined;

const comparisonOf = ({ winner: rule, variants }: ComparedStep) => ({
  rule,
  variants: variants.map(({ name }) => name),
});
