/** Tells how one piece of work goes. */
export type Say = (text: string) => void;

/** Does one piece of work under a title that a person sees, and answers what came of it. */
export type Step = <T>(title: string, work: (say: Say) => Promise<T>) => Promise<T>;
