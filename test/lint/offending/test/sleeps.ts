import { setTimeout as sleep } from 'node:timers/promises'; //! noRestrictedImports: No sleeps in tests
import { PrismaClient } from '../src/generated/prisma/client'; //! noRestrictedImports: Tests reach Prisma through

const today = new Date(); //! plugin: No today in tests
test.skip('later', () => sleep(5)); //! noSkippedTests: disable tests
test.only('now', () => { //! noFocusedTests: focus
  setTimeout(() => PrismaClient, 5); //! noRestrictedGlobals: setTimeout
  setInterval(() => today, 5); //! noRestrictedGlobals: setInterval
});
