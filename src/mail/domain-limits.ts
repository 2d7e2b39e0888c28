import { laneOf, lanesOf } from '../domain/delivery/lanes';
import type { DeliveryRules } from '../domain/delivery/rules';
import { MAIL_LIMITS } from '../domain/delivery/time-limits';
import { createPlaces, type Places } from './places';
import type { MailTransport } from './transport';

/** Lets no more mails be on their way to a domain at once than its rules say, whatever account and lane they come by. */
export function withDomainLimits(
  transport: MailTransport,
  rules: DeliveryRules,
  waitMs: number = MAIL_LIMITS.domainWaitMs,
): MailTransport {
  const limits = new Map<string, Places>(
    lanesOf(rules).flatMap(({ name, atOnce }) =>
      atOnce === undefined ? [] : [[name, createPlaces(atOnce, waitMs)] as const],
    ),
  );
  if (limits.size === 0) return transport;
  return {
    async deliver(mail, o) {
      const places = limits.get(laneOf(rules, mail.to));
      if (!places) return transport.deliver(mail, o);
      if (!(await places.take()))
        return {
          type: 'unreachable',
          problem: `as many mails as its domain takes were on their way for ${waitMs / 1000} s`,
        };
      try {
        return await transport.deliver(mail, o);
      } finally {
        places.give();
      }
    },
    close: () => transport.close(),
  };
}
