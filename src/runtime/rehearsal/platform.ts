import type { Connection } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { failure } from '../../domain/errors';
import { REHEARSAL_QUEUE } from '../../store/rehearsals';
import type { Content } from '../content';
import { requireTimeSkipping, withTimeSkipping } from '../temporal/time-skipping';

/** What a rehearsal runs on. Its mail goes to the built-in inbox, whatever relay is configured. */
export interface RehearsalPlatform {
  /** The live database: it keeps the list of rehearsals, and contacts are copied from it. */
  readonly databaseUrl: string;
  readonly temporal: {
    readonly connection: Connection;
    readonly nativeConnection: NativeConnection;
    readonly namespace: string;
  };
  readonly inboxSmtpUrl: string;
  readonly mail: {
    readonly from: string;
    readonly postalAddress: string;
    readonly publicUrl: string;
    readonly linkSecret: string;
    readonly addressKey?: string | undefined;
  };
  readonly content: Content;
}

/**
 * Lets the connection start workflows of rehearsals with time skipping, and all others in real time. Call it once per
 * connection. Throws VIV_NO_TIME_SKIPPING on a server that cannot.
 */
export async function allowRehearsals(connection: Connection, namespace: string): Promise<void> {
  await requireTimeSkipping(connection, namespace);
  withTimeSkipping(connection, ({ taskQueue }) => taskQueue?.name?.startsWith(REHEARSAL_QUEUE) === true);
}

/** Throws VIV_NO_INBOX where none runs. */
export function inboxOf(system: { readonly inbox: { readonly smtpUrl: string } | undefined }): string {
  if (!system.inbox) throw failure('VIV_NO_INBOX', {});
  return system.inbox.smtpUrl;
}
