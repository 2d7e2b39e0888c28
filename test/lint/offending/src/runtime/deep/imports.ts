import '../../cli/main'; //! noRestrictedImports: Runtime wires everything but
import '../../generated/prisma/client'; //! noRestrictedImports: Runtime wires everything but
import '@prisma/client'; //! noRestrictedImports: Runtime wires everything but
import '../../api/server';
import '../../worker/worker';
