/**
 * ServerlessTable-v0: how many containers should a function have? The table environment of the SIMPPO line of agents, from
 * its formula: n parallel M/M/1 queues on 8 cores, with random split of the arrivals and equal shares of the cores.
 *
 * What is odd in it is kept, for published curves were learned on it: at utilisation 1 exactly the wait is 0.9 of the SLO, so
 * the best policy sits on the edge of overload; CPU shares change nothing; the shares of others are drawn and then unused;
 * and of an earlier action only the very last is compared, which no observation shows.
 * ServerlessTableMasked-v0 forbids what -1 punishes: actions beyond the bounds, and to undo the container just added or removed.
 * @see Qiu et al. 2022, "SIMPPO", SoCC, pp. 306-322, and the course environment of the same group, to whose 159 stable rows the
 * formula was fitted. Overload's random waits (44,206 to 78,336, kept fixed in the table) are their mean: 1e-4 of reward.
 */
import { type Env, EpisodeStreams, StepRecord, type StepResult } from "../env.ts";
import { box, discrete, type Floats } from "../spaces.ts";
import type { SingleTask } from "./task.ts";

const CORES = 8;
const RATE_PER_S = 1.5; // of a container that has a core
const SLO_S = 9;
const OVERLOAD_WAIT_S = 63_085;
const CONTAINERS_MAX = 20;
const CONTAINERS_START = 4;
const ARRIVALS_MAX_PER_S = 8;
const SHARES_START = 1024; // of a container
const SHARES_STEP = 128;
const SHARES_MIN = 128;
const SHARES_MAX = 2048;
const OTHERS_MAX = 9; // containers of others, of SHARES_START each
const UTILIZATION_WEIGHT = 0.3;
const SLO_WEIGHT = 0.7;
const PENALTY = -1;

const [ADD, REMOVE, MORE_SHARES, LESS_SHARES] = [1, 2, 3, 4] as const; // 0 does nothing
const ACTION_COUNT = 5;

class ServerlessTable implements Env {
  readonly name: string;
  readonly observationSpace = box([
    { name: "utilization", low: 0, high: 1 },
    { name: "sloPreservation", low: 0, high: 1 },
    { name: "ownShares", low: 0, high: SHARES_MAX / SHARES_START },
    { name: "othersShares", low: 0, high: 1 },
    { name: "containers", low: 0, high: 1 },
    { name: "arrivals", low: 0, high: 1 },
  ]);
  /** 0 nothing, 1 and 2 a container more and less, 3 and 4 128 CPU shares more and less for each. */
  readonly actionSpace = discrete("change", ACTION_COUNT);
  readonly masked: boolean;
  readonly stepS = 1;
  readonly episodeSteps = Infinity;
  readonly infoNames = ["waitS"];
  readonly #streams = new EpisodeStreams();
  readonly #record = new StepRecord(1);
  #arrivalsPerS = 1;
  #othersShares = 0;
  #containers = 0;
  #shares = SHARES_START;
  #lastAction = 0;
  #utilization = 0;
  #sloPreservation = 0;

  constructor(name: string, masked: boolean) {
    this.name = name;
    this.masked = masked;
  }

  reset(seed: number | undefined, observationOut: Floats, maskOut: Uint8Array): void {
    const rng = this.#streams.next(seed);
    this.#arrivalsPerS = 1 + rng.int(ARRIVALS_MAX_PER_S);
    this.#othersShares = SHARES_START * (1 + rng.int(OTHERS_MAX));
    this.#containers = CONTAINERS_START;
    this.#shares = SHARES_START;
    this.#lastAction = 0;
    this.#measure();
    this.#observe(observationOut, maskOut);
  }

  step(action: Floats, observationOut: Floats, maskOut: Uint8Array): StepResult {
    const chosen = action[0] as number;
    const punished = !this.#isLegal(chosen) || this.#isReversal(chosen);
    if (this.#isLegal(chosen)) this.#apply(chosen);
    this.#lastAction = chosen;
    const record = this.#record;
    record.info[0] = this.#measure();
    record.reward =
      punished || this.#containers === 0 ? PENALTY : UTILIZATION_WEIGHT * this.#utilization + SLO_WEIGHT * this.#sloPreservation;
    record.elapsedS = 1;
    this.#observe(observationOut, maskOut);
    return record;
  }

  #isLegal(action: number): boolean {
    if (action === ADD) return this.#containers < CONTAINERS_MAX;
    if (action === REMOVE) return this.#containers > 0;
    if (action === MORE_SHARES) return this.#containers > 0 && this.#shares < SHARES_MAX;
    if (action === LESS_SHARES) return this.#containers > 0 && this.#shares > SHARES_MIN;
    return true;
  }

  #isReversal(action: number): boolean {
    return (action === ADD && this.#lastAction === REMOVE) || (action === REMOVE && this.#lastAction === ADD);
  }

  #apply(action: number): void {
    if (action === ADD) this.#containers++;
    else if (action === REMOVE) this.#containers--;
    else if (action === MORE_SHARES) this.#shares += SHARES_STEP;
    else if (action === LESS_SHARES) this.#shares -= SHARES_STEP;
  }

  /** Sets utilisation and SLO preservation, and returns the wait. Without a container nothing is used and all wait as in overload. */
  #measure(): number {
    const containers = this.#containers;
    const load = this.#arrivalsPerS / (containers * RATE_PER_S);
    const rateOfOnePerS = RATE_PER_S * Math.min(1, CORES / containers);
    let waitS = OVERLOAD_WAIT_S;
    if (load < 1) waitS = 1 / (rateOfOnePerS - this.#arrivalsPerS / containers);
    else if (load === 1) waitS = 0.9 * SLO_S;
    this.#utilization = containers === 0 ? 0 : Math.min(1, load);
    this.#sloPreservation = Math.min(1, SLO_S / waitS);
    return waitS;
  }

  #observe(out: Floats, maskOut: Uint8Array): void {
    out[0] = this.#utilization;
    out[1] = this.#sloPreservation;
    out[2] = (this.#containers * this.#shares) / (CONTAINERS_MAX * SHARES_START);
    out[3] = this.#othersShares / (OTHERS_MAX * 10 * SHARES_START);
    out[4] = this.#containers / CONTAINERS_MAX;
    out[5] = this.#arrivalsPerS / 10;
    if (!this.masked) return;
    for (let action = 0; action < ACTION_COUNT; action++) maskOut[action] = this.#isLegal(action) && !this.#isReversal(action) ? 1 : 0;
  }
}

const STEPS_MAX = 200;
const ID = "ServerlessTable-v0";
const MASKED_ID = "ServerlessTableMasked-v0";

export const serverlessTable: SingleTask = {
  form: "single",
  id: ID,
  doc: "How many containers for a function under a fixed load? Utilisation and SLO preservation; the table of the SIMPPO line.",
  stepsMax: STEPS_MAX,
  create: () => new ServerlessTable(ID, false),
};

export const serverlessTableMasked: SingleTask = {
  form: "single",
  id: MASKED_ID,
  doc: "ServerlessTable-v0 with a mask over what it would punish.",
  stepsMax: STEPS_MAX,
  create: () => new ServerlessTable(MASKED_ID, true),
};
