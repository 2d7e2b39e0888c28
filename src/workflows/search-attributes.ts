/** What people find journeys by in Temporal: by name, the type that Temporal keeps it as. */
export const SEARCH_ATTRIBUTES = {
  ViveiroContact: 'KEYWORD',
  ViveiroSequence: 'KEYWORD',
  ViveiroVersion: 'INT',
  /** Where the journey began, or where it last waited for people or was held. */
  ViveiroStep: 'KEYWORD',
  /** `running`, `handoff`, `task` or `paused`. */
  ViveiroStatus: 'KEYWORD',
} as const;
