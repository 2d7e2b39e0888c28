import { proxyActivities, proxyLocalActivities, workflowInfo } from '@temporalio/workflow';
import type { MailActivities, ScriptActivities, TurnActivities, WebhookActivities } from '../activities/types';
import { MAIL_LIMITS } from '../domain/delivery/time-limits';
import type { MailRoute } from '../domain/journey/move';

/** One policy table: how long an attempt may take, and how Temporal tries again. Business delays never hide in here. */
const RETRY = { initialInterval: '200ms', backoffCoefficient: 2, maximumInterval: '30s' } as const;

/** Decides and records: a read and a write in the database, so a local activity (one history event). */
export const { takeTurn, failJourney } = proxyLocalActivities<TurnActivities>({
  startToCloseTimeout: '20s',
  retry: RETRY,
});

/** A heartbeat every second tells a dead worker from a slow mail server. */
const MAIL = { startToCloseTimeout: MAIL_LIMITS.activityMs, heartbeatTimeout: '5s', retry: RETRY } as const;
const own = proxyActivities<MailActivities>(MAIL);

/** Sends on the journey's own task queue, or on the one whose limit the mail is under, in the turn of its sequence. */
export function sendMailBy(route: MailRoute | undefined): MailActivities['sendMail'] {
  if (!route) return own.sendMail;
  const { lane, priority, sequence, share } = route;
  return proxyActivities<MailActivities>({
    ...MAIL,
    taskQueue: `${workflowInfo().taskQueue}-${lane}`,
    priority: { priorityKey: priority, fairnessKey: sequence, fairnessWeight: share },
  }).sendMail;
}

/** As for mail: another system may be slow. */
export const { sendWebhook } = proxyActivities<WebhookActivities>({
  startToCloseTimeout: '3m',
  heartbeatTimeout: '5s',
  retry: RETRY,
});

export const { playScript } = proxyActivities<ScriptActivities>({ startToCloseTimeout: '30s', retry: RETRY });
