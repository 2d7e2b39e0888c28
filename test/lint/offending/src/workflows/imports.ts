import { sendMail } from '../activities/send-mail'; //! plugin: Workflows take only types of activities
import { type MailActivities, MAILS } from '../activities/types'; //! plugin: Workflows take only types of activities
import * as activities from '../activities'; //! plugin: Workflows take only types of activities
import '../api/html'; //! noRestrictedImports: Workflows import the domain
import '../cli/main'; //! noRestrictedImports: Workflows import the domain
import '../sample/people'; //! noRestrictedImports: Workflows import the domain
import '../importing/rows'; //! noRestrictedImports: Workflows import the domain
import '../generated/prisma/client'; //! noRestrictedImports: Workflows import the domain
import '../mail/render'; //! noRestrictedImports: Workflows import the domain
import '../runtime/config'; //! noRestrictedImports: Workflows import the domain
import '../store/db'; //! noRestrictedImports: Workflows import the domain
import '../worker/lifecycle'; //! noRestrictedImports: Workflows import the domain
import 'zod'; //! noRestrictedImports: Of packages, workflows take
import 'node:fs'; //! noRestrictedImports: Of packages, workflows take
import '@temporalio/workflow';
import type { TurnActivities } from '../activities/types';
import '../domain/journey/move';

export { takeTurn } from '../activities/take-turn'; //! plugin: Workflows take only types of activities
export type { ScriptActivities } from '../activities/types';
export const lazy = () => import('../activities/types'); //! plugin: Workflows take only types of activities
export const old = require('../store/turn'); //! noRestrictedGlobals: require
export const used = [sendMail, MAILS, activities];
export type Used = [MailActivities, TurnActivities];
