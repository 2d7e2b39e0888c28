import { proxyActivities, proxyLocalActivities } from '@temporalio/workflow';
import type { MailActivities, ScriptActivities, TurnActivities, WebhookActivities } from '../activities/types';

/** One policy table: how long an attempt may take, and how Temporal tries again. Business delays never hide in here. */
const RETRY = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/** Decides and records: a read and a write in the database, so a local activity (one history event). */
export const { takeTurn, failJourney } = proxyLocalActivities<TurnActivities>({
  startToCloseTimeout: '20s',
  retry: RETRY,
});

/** A heartbeat every second tells a dead worker from a slow mail server. */
export const { sendMail } = proxyActivities<MailActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '5s',
  retry: RETRY,
});

/** As for mail: another system may be slow. */
export const { sendWebhook } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '5s',
  retry: RETRY,
});

export const { playScript } = proxyActivities<ScriptActivities>({ startToCloseTimeout: '30s', retry: RETRY });
