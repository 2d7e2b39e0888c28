/** Stands in for Temporal's package in processes that run no activities: the store of the current one is empty. */
export const asyncLocalStorage = { getStore: (): undefined => undefined };
