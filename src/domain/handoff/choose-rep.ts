/** A rep as the rotation sees it. */
export interface RepInTurn {
  readonly id: string;
  /** Share of the team's handoffs, 1 or more. */
  readonly weight: number;
  /** Where the rotation stands; 0 for a new rep. Changed by nothing but `chooseRep`. */
  readonly currentWeight: number;
}

export interface ChosenRep {
  readonly repId: string;
  /** Rep id → the current weight to keep for the next choice. */
  readonly currentWeights: ReadonlyMap<string, number>;
}

/**
 * Smooth weighted round robin: in as many choices as the sum of the weights each rep is chosen exactly `weight` times, evenly
 * spread. Everyone gains their weight, the highest is chosen (at a tie the first) and pays the sum. Undefined: there is nobody.
 * Source: nginx, ngx_http_upstream_get_peer (commit 52327e0627f4, "smooth weighted balancing").
 */
export function chooseRep(reps: readonly RepInTurn[]): ChosenRep | undefined {
  const [first, ...others] = reps.map((rep) => ({ ...rep, currentWeight: rep.currentWeight + rep.weight }));
  if (!first) return undefined;
  const chosen = others.reduce((best, rep) => (rep.currentWeight > best.currentWeight ? rep : best), first);
  const total = reps.reduce((sum, { weight }) => sum + weight, 0);
  const currentWeights = new Map([first, ...others].map(({ id, currentWeight }) => [id, currentWeight]));
  currentWeights.set(chosen.id, chosen.currentWeight - total);
  return { repId: chosen.id, currentWeights };
}
