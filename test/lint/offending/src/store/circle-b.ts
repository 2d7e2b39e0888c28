import { a } from './circle-a'; //! noImportCycles: cycle

export const b = () => a;
