/** By which the links of tests are signed. */
export const LINK_SECRET = 'a secret for tests only';
