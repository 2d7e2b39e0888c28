let runs = 0;
const seen = new Set<string>();

/** Counts over all workflows of a worker, which share its module. */
export async function counting(id: string): Promise<number> {
  seen.add(id);
  runs += 1;
  return Math.max(runs, seen.size);
}
