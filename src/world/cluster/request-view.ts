/** What a queue or route rule sees of a request: one cursor, moved from request to request. True work lives in another object. */
import type { AnyQueueRule, OracleRequestView, QueuedRequestView, QueueRule } from "./ports.ts";
import { REQUEST_STATE, Request } from "./request-pool.ts";

type Fact = (request: Request) => number;

/** Where the columns come from that a request's record lacks. */
export interface RequestFacts {
  readonly priority: Fact;
  /** The truth. */
  readonly remainingS: Fact;
  readonly earliestEndS: Fact;
  readonly model?: ModelFacts;
}

/** Of a request to a model: as `QueuedRequestView` has them. */
export interface ModelFacts {
  readonly predictedTokens: Fact;
  readonly predictedLeftS: Fact;
  readonly attainedS: Fact;
  readonly isPromoted: (request: Request) => boolean;
  readonly firstTokenS: Fact;
  readonly recomputeS: Fact;
}

const NO_MODEL: ModelFacts = {
  predictedTokens: () => 0,
  predictedLeftS: () => 0,
  attainedS: () => 0,
  isPromoted: () => false,
  firstTokenS: () => 0,
  recomputeS: () => 0,
};

export class RequestCursor {
  readonly #view: QueuedRequestView;
  /** The same request with its true work, for rules that a scenario grants `oracle: [work]`. */
  readonly #oracle: OracleRequestView;
  #request = new Request(0);

  constructor(facts: RequestFacts) {
    const current = (): Request => this.#request;
    this.#view = viewOf(current, facts);
    const truth = {
      get workS() {
        return current().workS;
      },
      get remainingWorkS() {
        return facts.remainingS(current());
      },
    };
    const columns = { ...Object.getOwnPropertyDescriptors(this.#view), ...Object.getOwnPropertyDescriptors(truth) };
    this.#oracle = Object.defineProperties({}, columns) as OracleRequestView;
  }

  /** Moves the cursor; the answer is always the same object. */
  at(request: Request): QueuedRequestView {
    this.#request = request;
    return this.#view;
  }

  /** A queue rule's word on a request. @throws {Error} if it is no number: the rule's bug. */
  keyOf(rule: AnyQueueRule, request: Request): number {
    const view = this.at(request);
    const key = rule.kind === "queue" ? rule.key(view) : rule.key(this.#oracle);
    if (Number.isNaN(key)) throw new Error(`a queue rule gave NaN for request ${request.id}`);
    return key;
  }

  /** Does the rule drop it if it would begin now? */
  isLate(rule: AnyQueueRule | undefined, request: Request): boolean {
    return (rule as QueueRule | undefined)?.isLate?.(this.at(request)) === true;
  }
}

function viewOf(current: () => Request, { priority, earliestEndS, model = NO_MODEL }: RequestFacts): QueuedRequestView {
  return {
    get id() {
      return current().id;
    },
    get arrivalS() {
      return current().arrivalS;
    },
    get classIndex() {
      return current().classIndex;
    },
    get priority() {
      return priority(current());
    },
    get attempt() {
      return current().attempt;
    },
    get deadlineS() {
      return current().arrivalS + current().sloS;
    },
    get isRunning() {
      return current().state === REQUEST_STATE.running;
    },
    get earliestEndS() {
      return earliestEndS(current());
    },
    get predictedTokens() {
      return model.predictedTokens(current());
    },
    get predictedLeftS() {
      return model.predictedLeftS(current());
    },
    get attainedS() {
      return model.attainedS(current());
    },
    get isPromoted() {
      return model.isPromoted(current());
    },
    get firstTokenS() {
      return model.firstTokenS(current());
    },
    get recomputeS() {
      return model.recomputeS(current());
    },
  };
}
