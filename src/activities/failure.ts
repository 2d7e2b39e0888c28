import { asyncLocalStorage } from '@temporalio/activity';
import { ApplicationFailure, TemporalFailure } from '@temporalio/common';
import { failure, ViveiroError } from '../domain/errors';

type Activity = (...args: never[]) => Promise<unknown>;

/**
 * Lets every activity fail in Temporal's words: type = our code, and no retry where the registry says that none can help. What went
 * wrong goes to the worker's log and not into the history: messages may name people.
 */
export function withFailures<A extends { readonly [name: string]: Activity }>(activities: A): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, failing(name, activity)]);
  return Object.fromEntries(wrapped) as A; // same keys, same signatures
}

function failing(name: string, activity: Activity): Activity {
  return async (...args) => {
    try {
      return await activity(...args);
    } catch (error) {
      if (error instanceof TemporalFailure) throw error; // a cancellation, for instance
      throw neutral(name, error);
    }
  };
}

function neutral(name: string, error: unknown): ApplicationFailure {
  const problem = error instanceof Error ? error.message : String(error);
  const { code, retry } = error instanceof ViveiroError ? error : failure('VIV_UNEXPECTED', { problem }, error);
  // none when it is called as a plain function
  asyncLocalStorage.getStore()?.log.warn(`${name} failed`, { code, problem, stack: stackOf(error) });
  return ApplicationFailure.create({
    type: code,
    message: `${code}: the worker's log says more`,
    nonRetryable: !retry,
  });
}

/** Only where the fault is ours: the registered ones say all in their message. */
const stackOf = (error: unknown): string | undefined =>
  error instanceof Error && !(error instanceof ViveiroError) ? error.stack : undefined;
