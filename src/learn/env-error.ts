/** Wrong use of an environment, or an environment that breaks its contract. The message says where, what, and what to do. */
export class EnvError extends Error {
  override readonly name = "EnvError";
}
