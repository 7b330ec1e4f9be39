/** The least that a hold loop can be: a 4-ary heap of (time, sequence) on typed arrays, no cancel, no phases, no clock object. */
export class BareHeap {
  readonly #timesS: Float64Array;
  readonly #seqs: Float64Array;
  readonly #args: Int32Array;
  #length = 0;
  #seq = 0;

  constructor(capacity: number) {
    this.#timesS = new Float64Array(capacity);
    this.#seqs = new Float64Array(capacity);
    this.#args = new Int32Array(capacity);
  }

  get topS(): number {
    return this.#timesS[0] as number;
  }
  get topArg(): number {
    return this.#args[0] as number;
  }

  push(timeS: number, arg: number): void {
    const timesS = this.#timesS;
    let i = this.#length++;
    while (i > 0) {
      const parent = (i - 1) >> 2;
      if ((timesS[parent] as number) <= timeS) break;
      this.#copy(parent, i);
      i = parent;
    }
    this.#set(i, timeS, this.#seq++, arg);
  }

  /** Pop and push at once. */
  replaceTop(timeS: number, arg: number): void {
    const timesS = this.#timesS;
    const seqs = this.#seqs;
    const length = this.#length;
    const seq = this.#seq++;
    let i = 0;
    for (;;) {
      const first = 4 * i + 1;
      if (first >= length) break;
      const end = first + 4 < length ? first + 4 : length;
      let child = first;
      for (let k = first + 1; k < end; k++) {
        const kS = timesS[k] as number;
        const childS = timesS[child] as number;
        if (kS < childS || (kS === childS && (seqs[k] as number) < (seqs[child] as number))) child = k;
      }
      if (timeS < (timesS[child] as number)) break;
      this.#copy(child, i);
      i = child;
    }
    this.#set(i, timeS, seq, arg);
  }

  #copy(from: number, to: number): void {
    this.#timesS[to] = this.#timesS[from] as number;
    this.#seqs[to] = this.#seqs[from] as number;
    this.#args[to] = this.#args[from] as number;
  }
  #set(i: number, timeS: number, seq: number, arg: number): void {
    this.#timesS[i] = timeS;
    this.#seqs[i] = seq;
    this.#args[i] = arg;
  }
}
