import { isGrpcServiceError } from '@temporalio/client';

/** gRPC: INVALID_ARGUMENT, NOT_FOUND, PERMISSION_DENIED, FAILED_PRECONDITION, UNIMPLEMENTED, UNAUTHENTICATED */
const REFUSALS: ReadonlySet<number> = new Set([3, 5, 7, 9, 12, 16]);

export type Refusal = Error & { readonly code: number; readonly details: string };

/** Answers what the server has refused, and why; undefined: it has done it. Other failures are thrown. */
export async function refusalOf(call: () => Promise<unknown>): Promise<Refusal | undefined> {
  try {
    await call();
    return undefined;
  } catch (error) {
    if (isGrpcServiceError(error) && REFUSALS.has(error.code)) return error;
    throw error;
  }
}
