/** What a queue or route rule sees of a request: one cursor, moved from request to request. True work lives in another object. */
import type { OracleRequestView, RequestView } from "./ports.ts";
import { Request } from "./request-pool.ts";

export class RequestCursor implements RequestView {
  /** The same request with its true work, for rules that a scenario grants `oracle: [work]`. */
  readonly oracle: OracleRequestView;
  readonly #classPriorities: readonly number[];
  readonly #predictedTokens: (request: Request) => number;
  #request = new Request(0);

  constructor(
    classPriorities: readonly number[],
    remainingS: (request: Request) => number,
    predictedTokens: (request: Request) => number = () => 0,
  ) {
    this.#classPriorities = classPriorities;
    this.#predictedTokens = predictedTokens;
    this.oracle = oracleOver(
      this,
      () => this.#request.workS,
      () => remainingS(this.#request),
    );
  }

  /** Moves the cursor; the answer is this same object. */
  at(request: Request): this {
    this.#request = request;
    return this;
  }

  get id(): number {
    return this.#request.id;
  }
  get arrivalS(): number {
    return this.#request.arrivalS;
  }
  get classIndex(): number {
    return this.#request.classIndex;
  }
  get priority(): number {
    return this.#classPriorities[this.#request.classIndex] ?? 0; // without classes, and of models, all are of priority 0
  }
  get attempt(): number {
    return this.#request.attempt;
  }
  get predictedTokens(): number {
    return this.#predictedTokens(this.#request);
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
    get predictedTokens() {
      return view.predictedTokens;
    },
    get workS() {
      return workS();
    },
    get remainingWorkS() {
      return remainingS();
    },
  };
}
