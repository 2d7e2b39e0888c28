import type { DkimKey } from './dkim-key';
import type { TlsPolicy } from './relay';
import { createTransport, type MailTransport } from './transport';

/** Who writes a mail, and who answers for it. */
export interface Sender {
  /** `Name <address>`. */
  readonly from: string;
  /** None: the mail is not signed here. */
  readonly dkim?: DkimKey | undefined;
}

/** An SMTP account with its secrets. */
export interface Account extends Sender {
  readonly name: string;
  readonly smtpUrl: string;
  readonly tls: TlsPolicy;
  readonly connections: number;
}

/** Each mail by the account that it names, over connections of that account's own. */
export function createAccountTransport(accounts: readonly Account[]): MailTransport {
  const byName = new Map(
    accounts.map(({ name, smtpUrl, tls, connections }) => [name, createTransport(smtpUrl, { tls, connections })]),
  );
  return {
    deliver(mail, o) {
      const transport = byName.get(mail.account ?? '');
      if (transport) return transport.deliver(mail, o);
      throw new TypeError(`there is no account ${mail.account}`); // whoever claims a send chooses one of those that are declared
    },
    async close() {
      await Promise.all([...byName.values()].map((transport) => transport.close()));
    },
  };
}
