import { Readable } from 'node:stream';

/** A body that the SMTP client holds, and that gives out no byte until it may. */
export interface HeldBody {
  readonly stream: Readable;
  /** Whether any byte was given out. */
  hasLeft(): boolean;
  /** Whether all of them were taken. */
  isGone(): boolean;
  /** Undefined until the body is asked for; then whether it may leave. Rejects as `mayLeave` did. */
  answer(): Promise<boolean> | undefined;
}

/** The client first reads after the server's 354: `mayLeave` is asked then, and the body follows a yes. */
export function heldBody(source: Buffer, mayLeave: () => Promise<boolean>): HeldBody {
  let answer: Promise<boolean> | undefined;
  let left = false;
  let gone = false;
  const withhold = () => stream.destroy(new Error('the body is withheld'));
  const stream = new Readable({
    read() {
      if (answer) return;
      answer = mayLeave();
      answer.then((may) => (may ? letGo() : withhold()), withhold);
    },
  });
  const letGo = () => {
    if (stream.destroyed) return; // the connection was lost while the answer was on its way
    left = true;
    stream.push(source);
    stream.push(null);
  };
  stream.once('end', () => {
    gone = true;
  });
  return { stream, hasLeft: () => left, isGone: () => gone, answer: () => answer };
}
