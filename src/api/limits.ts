/** What one connection may ask of the server: bytes, and milliseconds. */
export interface Limits {
  /** Until the head of a request is there. */
  readonly headMs: number;
  /** Until the whole of it is there, body and all. */
  readonly requestMs: number;
  /** How often connections are looked at for that. */
  readonly checkMs: number;
  /** Of a body that is refused: how much is read, and for how long, so that who sends it hears the answer. */
  readonly refusedBytes: number;
  readonly refusedMs: number;
}

export const DEFAULT_LIMITS: Limits = {
  headMs: 20_000,
  requestMs: 120_000, // 10 MB of mail at 0.7 Mbit/s
  checkMs: 5_000,
  refusedBytes: 32 * 1_048_576,
  refusedMs: 10_000,
};
