export type { Comparison, Condition, Did, InSegment } from './condition';
export { evaluate } from './evaluate';
export { explain } from './explain';
export { eventNeeds, mostOf } from './needs';
export { isTimely, nextChange } from './next-change';
export { conditionSchema } from './schema';
