import { failure } from '../../domain/errors';
import { databaseAnswers } from '../../store/health';
import type { Routes } from '../deps';
import { publicly } from '../refusals';

const PATIENCE_MS = 2_000;

/** Whether this server can do its work: the database answers. */
export const health: Routes = (app, { db }) => {
  app.get('/health', publicly({ kind: 'nothing' }), async () => {
    if (!(await databaseAnswers(db, PATIENCE_MS))) throw failure('VIV_DATABASE_DOWN', {});
    return { status: 'ok' };
  });
};
