/** What our tests use of it; it brings no types of its own. */
declare module 'hoodiecrow-imap' {
  interface Mailbox {
    uidvalidity: number;
    readonly messages: { readonly uid: number; readonly flags: readonly string[] }[];
  }
  interface Server {
    listen(port: number, host: string, listening: () => void): void;
    close(closed: () => void): void;
    getMailbox(name: string): Mailbox;
    appendMessage(mailbox: string, flags: readonly string[], internaldate: string | false, raw: string): void;
  }
  function hoodiecrow(options: {
    readonly plugins: readonly string[];
    readonly storage: { readonly [mailbox: string]: { readonly messages: readonly string[] } };
  }): Server;
  export = hoodiecrow;
}
