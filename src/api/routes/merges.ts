import { listMerges, possibleDuplicates } from '../../store/merge/list';
import { mergeContacts } from '../../store/merge/merge';
import { unmerge } from '../../store/merge/unmerge';
import { listQuery, mergeBody, undoBody } from '../contract/merges';
import type { Routes } from '../deps';
import { parseBody } from '../parse';

const KEY = { config: { access: 'key' } } as const;
const iso = (at: number | null): string | null => (at === null ? null : new Date(at).toISOString());

/** POST /v1/merges: one contact of two; POST /v1/merges/ID/undo. GET /v1/merges, GET /v1/duplicates. */
export const merges: Routes = (app, { db, turn, clock }) => {
  app.post('/v1/merges', KEY, async (request, reply) => {
    const { dryRun, ...body } = parseBody(mergeBody, request.body);
    const merged = await mergeContacts(db, turn, { ...body, now: clock(), isDryRun: dryRun });
    return reply.code(dryRun ? 200 : 201).send({ dryRun, ...merged });
  });

  app.post<{ Params: { id: string } }>('/v1/merges/:id/undo', KEY, async (request) => {
    const { by } = parseBody(undoBody, request.body ?? {});
    return unmerge(db, turn, { mergeId: request.params.id, by, now: clock() });
  });

  app.get('/v1/merges', KEY, async (request) => {
    const listed = await listMerges(db, { most: parseBody(listQuery, request.query).limit });
    return { merges: listed.map(({ at, undoneAt, ...rest }) => ({ ...rest, at: iso(at), undoneAt: iso(undoneAt) })) };
  });

  app.get('/v1/duplicates', KEY, async (request) => ({
    duplicates: await possibleDuplicates(db, { most: parseBody(listQuery, request.query).limit }),
  }));
};
