/** What the process answers. Scripts rely on it. */
export const EXIT = {
  good: 0,
  /** Done, and what was measured falls short. */
  short: 1,
  /** The user's input is wrong. */
  input: 2,
  /** Ours to mend: an internal error or a broken identity. */
  bug: 3,
  interrupted: 130,
} as const;

export const BUG =
  "This is a bug in cybertwin. Please report it with the text above, the scenario, the seed and what `cybertwin doctor` prints.\n";
