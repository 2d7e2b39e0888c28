import '../activities'; //! noRestrictedImports: The sample uses
import '../api/server'; //! noRestrictedImports: The sample uses
import '../cli/main'; //! noRestrictedImports: The sample uses
import '../generated/prisma/client'; //! noRestrictedImports: The sample uses
import '../importing/rows'; //! noRestrictedImports: The sample uses
import '../mail/render'; //! noRestrictedImports: The sample uses
import '../runtime/config'; //! noRestrictedImports: The sample uses
import '../worker/lifecycle'; //! noRestrictedImports: The sample uses
import '../workflows/signals'; //! noRestrictedImports: The sample uses
import '../domain/ids';
import '../store/registration';

export const now = Date.now(); //! plugin: No wall clock
export const coin = Math.random(); //! plugin: No chance here
