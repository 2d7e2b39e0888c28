/** The list that somebody is on who is neither lead nor client. */
export interface Listed {
  readonly list: string;
  readonly origin: string;
  readonly basis: string;
}

/** Why an entry of a list gets no mail of a purpose. */
export function listedText({ list, origin, basis }: Listed, purpose: string): string {
  const why =
    basis === 'none' ? 'which has no legal basis for it' : `whose basis ${basis} allows no ${purpose} mail to them`;
  return `is only an entry of the list ${list} (${origin}), ${why}; their own interest would make a lead`;
}
