/** Wrong use of an environment, or an environment that breaks its contract. The message says where, what, and what to do. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}

/** What `work` gives; an EnvError of it says where that was, before its own words. */
export function within<T>(where: () => string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof EnvError ? new EnvError(`${where()}, ${error.message}`) : error;
  }
}
