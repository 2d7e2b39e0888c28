import { ViveiroError } from '../domain/errors';
import { readLink } from '../mail/links';

/** The click that brought a browser here. A token that is not ours, or stands for something else, tells of none. */
export function clickOfVisit(secret: string, token: string): string | undefined {
  try {
    const payload = readLink(secret, token);
    return payload.kind === 'visit' ? payload.id : undefined;
  } catch (error) {
    if (error instanceof ViveiroError && error.code === 'VIV_LINK_FORGED') return undefined;
    throw error;
  }
}
