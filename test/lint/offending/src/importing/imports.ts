import '../activities'; //! noRestrictedImports: Imports of files use
import '../api/server'; //! noRestrictedImports: Imports of files use
import '../cli/main'; //! noRestrictedImports: Imports of files use
import '../sample/people'; //! noRestrictedImports: Imports of files use
import '../generated/prisma/client'; //! noRestrictedImports: Imports of files use
import '../mail/render'; //! noRestrictedImports: Imports of files use
import '../runtime/config'; //! noRestrictedImports: Imports of files use
import '../worker/lifecycle'; //! noRestrictedImports: Imports of files use
import '../workflows/signals'; //! noRestrictedImports: Imports of files use
import '../api/contract/leads';
import '../store/registration';

export const now = Date.now(); //! plugin: No wall clock
