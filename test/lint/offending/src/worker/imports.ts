import '../api/html'; //! noRestrictedImports: The worker imports
import '../cli/main'; //! noRestrictedImports: The worker imports
import '../sample/people'; //! noRestrictedImports: The worker imports
import '../importing/rows'; //! noRestrictedImports: The worker imports
import '../generated/prisma/client'; //! noRestrictedImports: The worker imports
import '../mail/render'; //! noRestrictedImports: The worker imports
import '../runtime/config'; //! noRestrictedImports: The worker imports
import '../activities';
import '../store/db';
import '../workflows';
