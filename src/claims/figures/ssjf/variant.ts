/** What the released simulator of the SSJF study does and a sound one would not, each by a switch. docs/serving-figures.md tells what each does. */
export interface Quirks {
  /** Poisson arrivals come as counts of whole seconds: each is moved back to the second in which it falls. */
  readonly wholeSeconds: boolean;
  /** Gamma gaps are sorted before they are added up: the shortest come first, so every run begins with a burst. */
  readonly sortsGaps: boolean;
  /** FCFS holds a batch that is not full for this long, even where nobody is to come; the shortest-first rules never wait. */
  readonly batchWaitS: number;
  /** The loop of the shortest-first rules ends when only the last job is still to come and the queue is empty: it is neither run nor counted. */
  readonly losesLastJob: boolean;
  /** Ageing counts the whole time between two ends of batches for every job in the queue then, also for one that just came. */
  readonly countsWaitFromLastEnd: boolean;
  /** A predicted class stands for as many tokens as its number, so only its order means something; else for the mean length in its class. */
  readonly readsClassAsTokens: boolean;
  /** A job that queues again is still sorted by its first prediction, and ageing compares its wait with its true work, which no rule can know. */
  readonly keepsFirstPrediction: boolean;
}

export interface Variant {
  readonly name: "faithful" | "corrected";
  readonly quirks: Quirks;
}

export const FAITHFUL: Variant = {
  name: "faithful",
  quirks: {
    wholeSeconds: true,
    sortsGaps: true,
    batchWaitS: 10,
    losesLastJob: true,
    countsWaitFromLastEnd: true,
    readsClassAsTokens: true,
    keepsFirstPrediction: true,
  },
};

export const CORRECTED: Variant = {
  name: "corrected",
  quirks: {
    wholeSeconds: false,
    sortsGaps: false,
    batchWaitS: 0,
    losesLastJob: false,
    countsWaitFromLastEnd: false,
    readsClassAsTokens: false,
    keepsFirstPrediction: false,
  },
};
