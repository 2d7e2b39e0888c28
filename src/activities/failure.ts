import { ApplicationFailure } from '@temporalio/common';
import { ViveiroError } from '../domain/errors';

type Activity = (...args: never[]) => Promise<unknown>;

/** Lets every activity fail in Temporal's words: type = our code, and no retry where the registry says that none can help. */
export function withFailures<A extends { readonly [name: string]: Activity }>(activities: A): A {
  const wrapped = Object.entries(activities).map(([name, activity]) => [name, failing(activity)]);
  return Object.fromEntries(wrapped) as A; // same keys, same signatures
}

function failing(activity: Activity): Activity {
  return async (...args) => {
    try {
      return await activity(...args);
    } catch (error) {
      if (!(error instanceof ViveiroError)) throw error;
      const { code, message, retry } = error;
      throw ApplicationFailure.create({ type: code, message, nonRetryable: !retry, cause: error });
    }
  };
}
