import '../activities/types'; //! noRestrictedImports: The store imports the domain alone
import '../api/html'; //! noRestrictedImports: The store imports the domain alone
import '../cli/main'; //! noRestrictedImports: The store imports the domain alone
import '../sample/people'; //! noRestrictedImports: The store imports the domain alone
import '../importing/rows'; //! noRestrictedImports: The store imports the domain alone
import '../mail/render'; //! noRestrictedImports: The store imports the domain alone
import '../runtime/config'; //! noRestrictedImports: The store imports the domain alone
import '../worker/lifecycle'; //! noRestrictedImports: The store imports the domain alone
import '../workflows'; //! noRestrictedImports: The store imports the domain alone
import '@temporalio/client'; //! noRestrictedImports: The store imports the domain alone
import '../domain/ids';
import '../generated/prisma/client';
import '@prisma/adapter-pg';

export const now = Date.now(); //! plugin: No wall clock
