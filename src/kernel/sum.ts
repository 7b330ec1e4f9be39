/**
 * A running sum that does not lose small terms: 1e8 equal terms stay exact where a plain sum is off by 2e-9.
 * The rounding error of each addition is found without a branch and kept beside.
 * @see Knuth, The Art of Computer Programming 2, 4.2.2, theorem B (TwoSum); Ogita, Rump and Oishi, SIAM J. Sci. Comput. 26(6), 2005 (Sum2).
 */
export class Sum {
  #sum = 0;
  #lost = 0;

  add(term: number): void {
    const sum = this.#sum;
    const next = sum + term;
    const added = next - sum;
    this.#lost += sum - (next - added) + (term - added);
    this.#sum = next;
  }

  get value(): number {
    return this.#sum + this.#lost;
  }
}

/** `base` to a small whole power by multiplication: `**` gives other bits on Node 24. */
export function powInt(base: number, exponent: number): number {
  let result = 1;
  for (let i = 0; i < exponent; i++) result *= base;
  return result;
}

/** `base` to any power for base >= 0; the same bits on every Node. */
export function power(base: number, exponent: number): number {
  return base === 0 ? (exponent === 0 ? 1 : 0) : Math.exp(exponent * Math.log(base));
}
