/** Migrated once for a whole run of the tests; each test file copies it. A file of its own: what starts servers takes seconds to load. */
export const TEMPLATE = 'viveiro_template';
