/** Lists whose order is free, and arrays that grow beside them. */

/** Takes an element out by putting the last in its place; returns that last one. */
export function takeOut<T>(list: T[], position: number): T {
  const last = list.pop() as T;
  if (position < list.length) list[position] = last;
  return last;
}

export function doubled(old: Float64Array): Float64Array<ArrayBuffer> {
  const bigger = new Float64Array(old.length * 2);
  bigger.set(old);
  return bigger;
}
