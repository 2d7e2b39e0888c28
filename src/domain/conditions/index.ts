export type { Comparison, Condition, Did } from './condition';
export { evaluate } from './evaluate';
export { explain } from './explain';
export { eventNeeds } from './needs';
export { conditionSchema } from './schema';
