import '../../activities'; //! noRestrictedImports: The API imports
import '../../cli/main'; //! noRestrictedImports: The API imports
import '../../importing/rows'; //! noRestrictedImports: The API imports
import '../../sample/people'; //! noRestrictedImports: The API imports
import '../../generated/prisma/client'; //! noRestrictedImports: The API imports
import '../../runtime/config'; //! noRestrictedImports: The API imports
import '../../worker/worker'; //! noRestrictedImports: The API imports
import '../../workflows/signals'; //! noRestrictedImports: The API imports
import '@temporalio/client'; //! noRestrictedImports: The API imports
import 'pg'; //! noRestrictedImports: The API imports
import '../../mail/links';
import '../../store/db';
import '../../worker/lifecycle';

export const now = new Date(); //! plugin: No wall clock
