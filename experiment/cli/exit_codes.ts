/** Exit codes of the command line. */
export const EXIT = { done: 0, failed: 1, badInput: 2, noAdapter: 3, interrupted: 130 } as const;
