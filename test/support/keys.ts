import { keysFrom } from '../../src/store/keys';

/** VIVEIRO_ADDRESS_KEY of commands that look at what tests have written. */
export const ADDRESS_KEY = 'a key of addresses for tests only';
/** Of the databases of tests. */
export const TEST_KEYS = keysFrom(ADDRESS_KEY);
