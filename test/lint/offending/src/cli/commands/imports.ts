import '../../activities'; //! noRestrictedImports: Commands are thin
import '../../generated/prisma/client'; //! noRestrictedImports: Commands are thin
import '../../workflows'; //! noRestrictedImports: Commands are thin
import 'pg'; //! noRestrictedImports: Commands are thin
import '../../runtime/system';
import '../../worker/lifecycle';
