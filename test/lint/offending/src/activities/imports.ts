import '../api/html'; //! noRestrictedImports: Activities import the domain
import '../cli/main'; //! noRestrictedImports: Activities import the domain
import '../sample/people'; //! noRestrictedImports: Activities import the domain
import '../importing/rows'; //! noRestrictedImports: Activities import the domain
import '../generated/prisma/client'; //! noRestrictedImports: Activities import the domain
import '../runtime/config'; //! noRestrictedImports: Activities import the domain
import '../worker/lifecycle'; //! noRestrictedImports: Activities import the domain
import '../workflows/signals'; //! noRestrictedImports: Activities import the domain
import '@temporalio/client'; //! noRestrictedImports: Activities import the domain
import { type Db } from '../store/db'; //! useImportType: only used as types
import '../mail/render';
import '../domain/ids';

export const now = Date.now(); //! plugin: No wall clock
export const sql = (db: Db) => db.$executeRaw`SELECT 1`; //! plugin: No SQL outside src/store
