/** Rank correlation. */

/**
 * Spearman's rank correlation, equal values having the mean of their ranks. NaN if either side has one value only.
 * @throws {RangeError} if the lengths differ.
 */
export function spearman(x: ArrayLike<number>, y: ArrayLike<number>): number {
  if (x.length !== y.length) throw new RangeError(`ranks of ${x.length} and of ${y.length} values do not pair up`);
  const [rankX, rankY] = [ranks(x), ranks(y)];
  const middle = (x.length + 1) / 2;
  let [xy, xx, yy] = [0, 0, 0];
  for (let i = 0; i < rankX.length; i++) {
    const [a, b] = [(rankX[i] as number) - middle, (rankY[i] as number) - middle];
    xy += a * b;
    xx += a * a;
    yy += b * b;
  }
  return xy / Math.sqrt(xx * yy);
}

/** From 1. */
function ranks(values: ArrayLike<number>): Float64Array {
  const order = Uint32Array.from({ length: values.length }, (_, i) => i).sort((a, b) => (values[a] as number) - (values[b] as number));
  const found = new Float64Array(values.length);
  for (let from = 0, to = 0; from < order.length; from = to) {
    const value = values[order[from] as number];
    while (to < order.length && values[order[to] as number] === value) to++;
    for (let i = from; i < to; i++) found[order[i] as number] = (from + 1 + to) / 2;
  }
  return found;
}
