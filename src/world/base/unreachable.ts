/** Makes a switch over a closed union exhaustive: a new member is a compile error here. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
