/** The index that a uniform number in [0, 1) draws by shares that sum to 1. */
export function pick(shares: ArrayLike<number>, u: number): number {
  let left = u;
  for (let i = 0; i < shares.length - 1; i++) {
    left -= shares[i] as number;
    if (left < 0) return i;
  }
  return shares.length - 1;
}
