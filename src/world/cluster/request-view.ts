/** What a queue or route rule sees of a request: one cursor, moved from slot to slot. True work lives in another object. */
import type { OracleRequestView, RequestView } from "./ports.ts";
import type { RequestPool } from "./request-pool.ts";

export class RequestCursor implements RequestView {
  /** The same request with its true work, for rules that a scenario grants `oracle: [work]`. */
  readonly oracle: OracleRequestView;
  readonly #pool: RequestPool;
  readonly #classPriorities: readonly number[];
  #slot = 0;

  constructor(pool: RequestPool, classPriorities: readonly number[], remainingS: (slot: number) => number) {
    this.#pool = pool;
    this.#classPriorities = classPriorities;
    this.oracle = oracleOver(
      this,
      () => pool.workS[this.#slot] as number,
      () => remainingS(this.#slot),
    );
  }

  /** Moves the cursor; the answer is this same object. */
  at(slot: number): this {
    this.#slot = slot;
    return this;
  }

  get id(): number {
    return this.#pool.id[this.#slot] as number;
  }
  get arrivalS(): number {
    return this.#pool.arrivalS[this.#slot] as number;
  }
  get classIndex(): number {
    return this.#pool.classIndex[this.#slot] as number;
  }
  get priority(): number {
    return this.#classPriorities[this.classIndex] ?? 0; // a service without classes has one, of priority 0
  }
  get attempt(): number {
    return this.#pool.attempt[this.#slot] as number;
  }
}

function oracleOver(view: RequestView, workS: () => number, remainingS: () => number): OracleRequestView {
  return {
    get id() {
      return view.id;
    },
    get arrivalS() {
      return view.arrivalS;
    },
    get classIndex() {
      return view.classIndex;
    },
    get priority() {
      return view.priority;
    },
    get attempt() {
      return view.attempt;
    },
    get workS() {
      return workS();
    },
    get remainingWorkS() {
      return remainingS();
    },
  };
}
