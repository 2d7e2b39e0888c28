import { createReadStream } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import path from 'node:path';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { machineOf } from '../../domain/engagement/machine';
import { DEFAULT_ENGAGEMENT } from '../../domain/engagement/rules';
import { failure } from '../../domain/errors';
import { EVENTS } from '../../domain/event';
import { type Ebook, filesOf, sessionOf } from '../../domain/forms/brings';
import { fallbackOf, localesOf } from '../../domain/forms/schema';
import { textIn } from '../../domain/forms/texts';
import { keyOf } from '../../domain/ids';
import { type FormLink, readFormLink } from '../../mail/form-links';
import { contactOfSubmission } from '../../store/form-submissions';
import { ingest } from '../../store/ingest';
import type { ApiDeps, Routes } from '../deps';
import { wantsPage } from '../error-handler';
import { calendarFile } from '../forms/calendar';
import { chooseLocale } from '../forms/languages';
import type { LoadedForm } from '../forms/load';
import { endedPage } from '../forms/render';
import { HTML } from '../page';
import { countRefusal, publicly } from '../refusals';
import { seenRequest } from '../seen';

interface FileRequest {
  Params: { form: string; token: string };
  Querystring: { lang?: string | string[]; session?: string | string[] };
}

const EBOOK = publicly({ kind: 'link', name: 'ebook' });
const CALENDAR = publicly({ kind: 'link', name: 'calendar' });

const TYPES: { readonly [extension: string]: string } = {
  '.pdf': 'application/pdf',
  '.epub': 'application/epub+zip',
  '.zip': 'application/zip',
  '.csv': 'text/csv; charset=utf-8',
  '.xlsx': 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
  '.docx': 'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  '.mp3': 'audio/mpeg',
};

/** What forms bring: e-books by links that end, and dates for calendars. */
export const formFiles: Routes = (app, deps) => {
  app.get<FileRequest>('/f/:form/file/:token', EBOOK, async (request, reply) => {
    const { form, link } = linkOf(deps, request);
    if (form.brings?.type !== 'ebook') throw failure('VIV_LINK_FORGED', {});
    if (deps.clock() >= link.at + form.brings.expiresAfter) return ended(request, reply, form);
    const file = await fileOf(form, form.brings, localeOf(form, request));
    await noteDownload(deps, request, link);
    return reply
      .type(TYPES[path.extname(file.path)] ?? 'application/octet-stream')
      .headers({
        'content-length': file.bytes,
        'content-disposition': `attachment; filename="${path.basename(file.path)}"`,
        'cache-control': 'private, no-store',
      })
      .send(createReadStream(file.path));
  });

  app.get<FileRequest>('/f/:form/calendar/:token', CALENDAR, async (request, reply) => {
    const { form } = linkOf(deps, request);
    if (form.brings?.type !== 'webinar') throw failure('VIV_LINK_FORGED', {});
    const [name] = [request.query.session].flat();
    const session = sessionOf(form.brings, name, deps.clock());
    if (!session) return ended(request, reply, form);
    const { hostname: host } = new URL(deps.publicUrl);
    const locale = localeOf(form, request);
    return reply
      .type('text/calendar; charset=utf-8; method=PUBLISH')
      .header('content-disposition', `attachment; filename="${form.form}.ics"`)
      .send(calendarFile({ form, webinar: form.brings, session, locale, host, now: deps.clock() }));
  });
};

function linkOf({ forms, linkSecret }: ApiDeps, { params }: FastifyRequest<FileRequest>) {
  const form = forms.get(params.form);
  if (!form) throw failure('VIV_FORM_UNKNOWN', { form: params.form });
  return { form, link: readFormLink(linkSecret, form.form, params.token) };
}

function localeOf(form: LoadedForm, { query, headers }: FastifyRequest<FileRequest>): string {
  const [asked] = [query.lang].flat();
  return chooseLocale(localesOf(form), { asked, accepted: headers['accept-language'] });
}

function ended(request: FastifyRequest<FileRequest>, reply: FastifyReply, form: LoadedForm): FastifyReply {
  if (!wantsPage(request)) throw failure('VIV_FORM_LINK_ENDED', { form: form.form });
  countRefusal(request, 'VIV_FORM_LINK_ENDED');
  return reply
    .code(410)
    .type(HTML)
    .send(endedPage(form, localeOf(form, request)));
}

/** The file itself, inside its folder: what somebody has put there as a link to elsewhere is not handed out. */
async function fileOf(
  form: LoadedForm,
  ebook: Ebook,
  locale: string,
): Promise<{ readonly path: string; readonly bytes: number }> {
  const folder = form.filesFolder ?? '';
  const name = textIn(filesOf(ebook), locale, fallbackOf(form));
  const gone = () => failure('VIV_NOT_FOUND', { what: `The file of "${form.form}"` });
  try {
    const [inside, file] = [await realpath(folder), await realpath(path.join(folder, name))];
    if (path.dirname(file) !== inside) throw gone();
    const handle = await open(file);
    try {
      const stat = await handle.stat();
      if (!stat.isFile()) throw gone();
      return { path: file, bytes: stat.size };
    } finally {
      await handle.close();
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException; // what fs throws
    if (code === 'ENOENT' || code === 'ENOTDIR') throw gone();
    throw error;
  }
}

/** Once for each submission, of people alone: programs that look at what stands in a mail load it too. */
async function noteDownload(deps: ApiDeps, request: FastifyRequest, { submission, form }: FormLink): Promise<void> {
  if (request.method === 'HEAD') return;
  try {
    const contactId = await contactOfSubmission(deps.db, submission);
    const at = deps.clock();
    if (contactId === null || isMachine(deps, request)) return;
    const idempotencyKey = keyOf(EVENTS.ebookDownloaded, submission);
    await ingest(deps.db, deps.turn, {
      type: EVENTS.ebookDownloaded,
      contactId,
      at,
      idempotencyKey,
      properties: { form },
    });
  } catch (error) {
    request.log.error({ err: error }, 'a download was not recorded'); // nobody is held up by that
  }
}

const isMachine = (deps: ApiDeps, request: FastifyRequest): boolean =>
  machineOf(deps.turn.rules.engagement ?? DEFAULT_ENGAGEMENT, seenRequest(deps, request), null) !== undefined;
