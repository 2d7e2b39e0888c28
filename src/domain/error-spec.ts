/** What the registry in ./errors says of one code. */
export interface ErrorSpec<P> {
  readonly http: number;
  readonly exit: number;
  readonly retry: boolean;
  readonly message: (params: P) => string;
}

/** Exit codes of the command line: 1 a fault of ours or of the machine, 2 bad input, 3 something needed is missing. */
export const bad = <P>(message: (p: P) => string, http = 400): ErrorSpec<P> => ({
  http,
  exit: 2,
  retry: false,
  message,
});
export const missing = <P>(message: (p: P) => string): ErrorSpec<P> => ({ http: 503, exit: 3, retry: true, message });
export const fault = <P>(message: (p: P) => string): ErrorSpec<P> => ({ http: 500, exit: 1, retry: true, message });
/** One of the problems of a file: its words are made where it is found, since they name the place. */
export const found = bad<{ message: string; fix: string }>((p) => `${p.message}; ${p.fix}`);
