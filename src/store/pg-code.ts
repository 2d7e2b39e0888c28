/** The code of what PostgreSQL refuses (its manual, appendix A), as pg throws it; empty for any other error. */
export function pgCode(error: unknown): string {
  const { code } = Object(error) as { readonly code?: unknown }; // what pg throws has one
  return typeof code === 'string' ? code : '';
}
