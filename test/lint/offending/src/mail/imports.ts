import '../activities/types'; //! noRestrictedImports: Mail imports the domain alone
import '../api/html'; //! noRestrictedImports: Mail imports the domain alone
import '../cli/main'; //! noRestrictedImports: Mail imports the domain alone
import '../sample/people'; //! noRestrictedImports: Mail imports the domain alone
import '../importing/rows'; //! noRestrictedImports: Mail imports the domain alone
import '../generated/prisma/client'; //! noRestrictedImports: Mail imports the domain alone
import '../runtime/config'; //! noRestrictedImports: Mail imports the domain alone
import '../store/db'; //! noRestrictedImports: Mail imports the domain alone
import '../worker/lifecycle'; //! noRestrictedImports: Mail imports the domain alone
import '../workflows'; //! noRestrictedImports: Mail imports the domain alone
import 'pg'; //! noRestrictedImports: Mail imports the domain alone
import '../domain/ids';
import 'handlebars';

export const now = new Date(); //! plugin: No wall clock
