/** The mutant that MUTANT names. */
export function chosen(): { readonly name: string; readonly file: string } | undefined;
/** The source of a file as that mutant has it. */
export function mutated(source: string, file: string): string;
