import 'node:fs'; //! noRestrictedImports: The domain is pure
import '@temporalio/workflow'; //! noRestrictedImports: The domain is pure
import '@prisma/client'; //! noRestrictedImports: The domain is pure
import 'fastify'; //! noRestrictedImports: The domain is pure
import '../activities'; //! noRestrictedImports: The domain imports nothing but the domain
import '../api/html'; //! noRestrictedImports: The domain imports nothing but the domain
import '../cli/main'; //! noRestrictedImports: The domain imports nothing but the domain
import '../sample/people'; //! noRestrictedImports: The domain imports nothing but the domain
import '../importing/rows'; //! noRestrictedImports: The domain imports nothing but the domain
import '../generated/prisma/client'; //! noRestrictedImports: The domain imports nothing but the domain
import '../mail/render'; //! noRestrictedImports: The domain imports nothing but the domain
import '../runtime/system'; //! noRestrictedImports: The domain imports nothing but the domain
import '../store/db'; //! noRestrictedImports: The domain imports nothing but the domain
import '../worker/worker'; //! noRestrictedImports: The domain imports nothing but the domain
import '../workflows/journey'; //! noRestrictedImports: The domain imports nothing but the domain
import type { Db } from '../store/db'; //! noRestrictedImports: The domain imports nothing but the domain

export { takeTurn } from '../store/turn'; //! noRestrictedImports: The domain imports nothing but the domain
export const lazy = () => import('../store/turn'); //! noRestrictedImports: The domain imports nothing but the domain
export const old = require('../store/turn'); //! noRestrictedGlobals: require
export const environment = process.env; //! noRestrictedGlobals: process
export const asked = fetch('https://example.test'); //! noRestrictedGlobals: fetch
export const said = (db: Db) => db.$queryRaw`SELECT 1`; //! plugin: No SQL outside src/store
