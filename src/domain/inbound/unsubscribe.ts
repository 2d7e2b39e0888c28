import type { InboundMessage } from './message';

/** A subject that says nothing but that. */
const SUBJECT =
  /^\s*((re|res|odp|aw):\s*)?(please )?(unsubscribe( me)?|remove( me)?|opt[- ]?out|stop|sair|cancelar( inscri[cç][aã]o)?|descadastrar|descadastre|remover|wypisz( mnie)?|rezygnuj[eę]|wypisuj[eę]( si[eę])?)[.!]?\s*$/i;
/** A first line that says nothing else, before whatever the answer quotes. */
const LINE =
  /^\s*(please )?(unsubscribe( me)?|remove me( from (this|your) list)?|take me off (this|your) list|stop( (e-?)?mailing me)?|descadastrar|me descadastre|remova( meu e-?mail)?|n[aã]o quero (mais )?receber( e-?mails)?|cancelar inscri[cç][aã]o|prosz[eę] (mnie )?(wypisa[cć]|usun[aą][cć])|wypisz mnie|nie chc[eę] (wi[eę]cej )?maili)[.!]?\s*$/i;

/** By which words a person asks for no more mail; undefined: by none. */
export function unsubscribeSign({ subject, text }: InboundMessage): string | undefined {
  if (SUBJECT.test(subject)) return `the subject “${subject.trim().slice(0, 80)}”`;
  const [first = ''] = text.trimStart().split(/\r?\n/, 1);
  return LINE.test(first.slice(0, 200)) ? `the words “${first.trim().slice(0, 80)}”` : undefined;
}
