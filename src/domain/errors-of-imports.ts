import { bad } from './error-spec';

/** Of the registry in ./errors: files that are imported, and mailing lists. */
export const IMPORT_ERRORS = {
  VIV_CSV_NOT_TEXT: bad<{ file: string; kind: string; fix: string }>(
    (p) => `${p.file} is ${p.kind}, and no CSV file whatever its name. ${p.fix}; nothing was imported.`,
  ),
  VIV_IMPORT_UNKNOWN: bad<{ id: string }>(
    (p) => `No import "${p.id}" is on record. List them: viveiro import list.`,
    404,
  ),
  VIV_IMPORT_UNDONE: bad<{ id: string; at: string }>(
    (p) => `The import ${p.id} was taken back on ${p.at} already; nothing is to be done.`,
    409,
  ),
  VIV_IMPORT_BUSY: bad<{ id: string }>(
    (p) =>
      `Another process is at the import ${p.id}, or it is being taken back. Wait for it: viveiro import show ${p.id}. Nothing was recorded twice.`,
    409,
  ),
  VIV_LIST_UNKNOWN: bad<{ list: string; known: string }>(
    (p) =>
      `No mailing list "${p.list}" is on record. There are: ${p.known || 'none'}. Import one: viveiro list import FILE.`,
    404,
  ),
  VIV_LIST_DIFFERS: bad<{ list: string; problem: string }>(
    (p) =>
      `The mailing list ${p.list} is another one: ${p.problem}. Declare the same again to add entries to it, or give the new list a name of its own.`,
    409,
  ),
  VIV_LIST_INVALID: bad<{ problem: string }>((p) => `The mailing list is not declared well: ${p.problem}`),
} as const;
