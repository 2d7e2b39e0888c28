import { b } from './circle-b'; //! noImportCycles: cycle

export const a = () => b;
