/**
 * Models on GPUs: requests arrive, a predictor may speak, they are routed to a replica of their model, wait, run in batches,
 * and end. Semantics: docs/serving.md.
 */
import { PHASE, type Rng, type Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { AnyQueueRule, RouteRule } from "../cluster/ports.ts";
import { NONE, REQUEST_STATE, type Request, RequestPool } from "../cluster/request-pool.ts";
import type { OpenTotals, Receiver, RequestService, RequestWatcher } from "../cluster/request-service.ts";
import { RequestCursor } from "../cluster/request-view.ts";
import { OUTCOME, type Outcome, type ServiceStats } from "../cluster/service-stats.ts";
import type { Device } from "./device.ts";
import type { Engine } from "./engines.ts";
import { type Tokens, unslowedOf } from "./latency.ts";
import { makeReplica } from "./make-replica.ts";
import { activityOf, gpuName, type LatencyLaw, type ModelKindSpec } from "./model-kind.ts";
import { ModelQueue } from "./model-queue.ts";
import type { AnswerPredictor } from "./predictors/index.ts";
import type { Progress } from "./progress.ts";
import { ReplicaPool } from "./replica-pool.ts";
import type { Replica, ReplicaListener } from "./replica-port.ts";
import { Sequence } from "./sequence.ts";
import { splitOf } from "./shards.ts";
import { StepReplica } from "./step-replica.ts";
import { TokenTally } from "./token-tally.ts";

export interface ServingOptions {
  readonly name: string;
  readonly engine: Engine;
  /** Waiting requests a replica admits; Infinity without a limit. */
  readonly queueLimit: number;
  /** In declared order: `classIndex` of a request is the place of its model. */
  readonly models: readonly ModelKindSpec[];
  /** Priority of each class of requests, in declared order; empty without classes. */
  readonly classPriorities: readonly number[];
}

export interface ServingPolicy {
  readonly queue: AnyQueueRule | undefined; // undefined: first come, first served
  readonly route: RouteRule;
  /** To those that write, where others compute prompts. */
  readonly decodeRoute: RouteRule;
  readonly predictor: Pick<AnswerPredictor, "predict" | "latencyS"> | undefined;
}

/** A model with its replicas. */
export class ServedModel {
  readonly kind: ModelKindSpec;
  readonly activity: ReturnType<typeof activityOf>;
  readonly replicas: Replica[] = [];
  /** Those that requests come to, and those that go on with what the former have begun. */
  readonly entry: ReplicaPool;
  readonly decode: ReplicaPool<StepReplica>;
  /** Most tokens of a prompt and its answer on those that go on. */
  decodeLimit = Infinity;
  /** Of finished requests of the measured window. */
  readonly tally = new TokenTally();
  /** Finished requests of the whole run, and their tokens. */
  runFinished = 0;
  runTokens = 0;

  constructor(kind: ModelKindSpec, loadOf: (replica: Replica) => number) {
    this.kind = kind;
    this.activity = activityOf(kind);
    this.entry = new ReplicaPool(loadOf);
    this.decode = new ReplicaPool(loadOf);
  }

  add(replica: Replica): void {
    this.replicas.push(replica);
    if (replica instanceof StepReplica && replica.goesOn) {
      this.decode.replicas.push(replica);
      this.decodeLimit = Math.min(this.decodeLimit, replica.rules.tokenLimit);
    } else this.entry.replicas.push(replica);
  }
}

export class ModelServing implements RequestService, Receiver, ReplicaListener {
  readonly isFluid = false;
  readonly options: ServingOptions;
  readonly stats: ServiceStats;
  readonly requests = new RequestPool();
  readonly watchers: RequestWatcher[] = [];
  readonly models: readonly ServedModel[];
  readonly replicas: Replica[] = [];
  /** A user of a closed loop has their answer, whatever it is. */
  userFree: (user: number) => void = () => {};
  readonly #simulation: Simulation;
  readonly #policy: ServingPolicy;
  readonly #routeRng: Rng;
  readonly #decodeRng: Rng;
  readonly #cursor: RequestCursor;
  /** By replica: all that share a GPU with it, itself among them. */
  readonly #sharing: Replica[][] = [];
  /** Seconds of a request's work, by replica: it multiplies them by what its clock slows down. */
  readonly #workOf: ((tokens: Tokens) => number)[] = [];
  /** By slot of the request. */
  readonly #sequences: Sequence[] = [];
  readonly #onPredicted = (slot: number): void => this.#enter(this.requests.at(slot));

  constructor(simulation: Simulation, options: ServingOptions, policy: ServingPolicy, stats: ServiceStats, rng: Rng) {
    this.options = options;
    this.stats = stats;
    const loadOf = ({ id }: Replica): number => (this.#sharing[id] as readonly Replica[]).reduce((sum, { load }) => sum + load, 0);
    this.models = options.models.map((kind) => new ServedModel(kind, loadOf));
    this.#simulation = simulation;
    this.#policy = policy;
    this.#routeRng = rng.fork("route");
    this.#decodeRng = rng.fork("route decode");
    this.#cursor = new RequestCursor({
      priority: ({ tierIndex }) => options.classPriorities[tierIndex - options.models.length] ?? 0, // without classes all are alike
      remainingS: (request) => this.#progressOf(request).leftS(request),
      earliestEndS: (request) => simulation.nowS + this.#progressOf(request).leftNow(this.#tokensToCome(request), request),
      model: {
        predictedTokens: (request) => this.#predictedLeft(request),
        predictedLeftS: (request) => this.#progressOf(request).leftWith(this.#tokensToCome(request), request),
        attainedS: (request) => this.attainedS(request) - this.sequenceOf(request).promotedAtS,
        isPromoted: (request) => this.sequenceOf(request).isPromoted,
        firstTokenS: (request) => this.#progressOf(request).aloneS(1, request),
        recomputeS: (request) => this.#progressOf(request).recomputeS(request),
      },
    });
  }

  /** Puts a replica of a model on devices of one server, in order of its stages. */
  addReplica(modelIndex: number, devices: readonly Device[]): void {
    const model = this.models[modelIndex] as ServedModel;
    const [{ options }] = devices as readonly [Device];
    const queue = new ModelQueue(this.#policy.queue, this, this.options.engine.kind === "batches");
    const place = { id: this.replicas.length as ReplicaId, model, devices, queue };
    const replica = makeReplica(this.#simulation, place, this.options.engine, this);
    this.replicas.push(replica);
    model.add(replica);
    const sharing = this.replicas.filter((other) => other.devices.some((device) => devices.includes(device)));
    for (const { id } of sharing) if (id !== replica.id) this.#sharing[id]?.push(replica);
    this.#sharing.push(sharing);
    const law = model.kind.latency[gpuName(options.kindName)] as LatencyLaw; // only GPUs that the model names are chosen
    const parallel = splitOf(this.options.engine) === "shards" ? devices.length : 1;
    this.#workOf.push(unslowedOf(model.kind, law, { ...options, parallel }));
  }

  get queuedCount(): number {
    return this.replicas.reduce((sum, { queuedCount }) => sum + queuedCount, 0);
  }

  get runningCount(): number {
    return this.replicas.reduce((sum, { runningCount }) => sum + runningCount, 0);
  }

  areaS(nowS: number): number {
    return this.stats.areaS(nowS);
  }

  get energyJ(): number {
    return this.stats.endedEnergyJ + this.openTotals().energyJ;
  }

  placeOf(replica: number): string {
    return this.replicas[replica]?.devices.map(({ options }) => options.name).join("+") ?? ""; // no replica was up
  }

  openTotals(): OpenTotals {
    let energyJ = 0;
    let carbonG = 0;
    for (const request of this.requests.open()) {
      energyJ += request.energyJ;
      carbonG += request.carbonG;
    }
    for (const replica of this.replicas) {
      const drawn = replica.drawn();
      energyJ += drawn.energyJ;
      carbonG += drawn.carbonG;
    }
    return { energyJ, carbonG, workS: 0 };
  }

  /** A request arrives now; its answer will have so many tokens. `kindIndex` counts models, of each class of requests anew. */
  arrive(outputTokens: number, kindIndex: number, user: number, promptTokens: number): void {
    const { nowS } = this.#simulation;
    const { length: modelCount } = this.models;
    const modelIndex = kindIndex % modelCount;
    // An answer without tokens has no length to be told.
    const predictor = this.models[modelIndex]?.kind.autoregressive ? this.#policy.predictor : undefined;
    const request = this.requests.add(nowS, Number.NaN);
    request.classIndex = modelIndex;
    request.tierIndex = this.options.classPriorities.length === 0 ? NONE : modelCount + Math.floor(kindIndex / modelCount);
    request.sloS = this.stats.sloLatencyS(modelIndex, request.tierIndex);
    request.user = user;
    request.replica = NONE;
    request.state = REQUEST_STATE.predicting;
    const sequence = this.#sequences[request.slot] ?? new Sequence(request);
    this.#sequences[request.slot] = sequence;
    sequence.reset(promptTokens, outputTokens);
    if (predictor !== undefined) sequence.predictedTokens = predictor.predict(outputTokens);
    this.stats.arrived(request);
    const latencyS = predictor === undefined ? 0 : predictor.latencyS();
    if (latencyS > 0) this.#simulation.schedule(latencyS, PHASE.arrive, this.#onPredicted, request.slot);
    else this.#enter(request);
  }

  sequenceOf({ slot }: Request): Sequence {
    return this.#sequences[slot] as Sequence;
  }

  finished(request: Request): void {
    this.#end(request, OUTCOME.finished);
  }

  dropped(request: Request): void {
    this.#end(request, OUTCOME.dropped);
  }

  failed(request: Request): void {
    this.#end(request, OUTCOME.failed);
  }

  decoderOf(request: Request): StepReplica | undefined {
    const { decode } = this.models[request.classIndex] as ServedModel;
    return decode.choose(this.#cursor.at(request), this.#policy.decodeRoute, this.#decodeRng);
  }

  /** All that was on the devices fails, and what was on its way there. */
  devicesLost(lostDevices: readonly Device[]): void {
    const lost = this.replicas
      .filter(({ devices }) => devices.some((device) => lostDevices.includes(device)))
      .flatMap((replica) => replica.lose());
    for (const request of lost) this.failed(request);
  }

  #enter(request: Request): void {
    const model = this.models[request.classIndex] as ServedModel;
    const replica = model.entry.choose(this.#cursor.at(request), this.#policy.route, this.#routeRng);
    if (replica === undefined) {
      this.failed(request);
      return;
    }
    request.replica = replica.id;
    const sequence = this.sequenceOf(request);
    if (replica.queuedCount >= this.options.queueLimit + replica.openPlaces || !fits(replica, model, sequence)) {
      this.#end(request, OUTCOME.rejected);
      return;
    }
    request.workS = this.workS(request, sequence.outputTokens);
    request.remainingS = request.workS;
    replica.enter(request);
  }

  keyOf(request: Request): number {
    const rule = this.#policy.queue;
    return rule === undefined ? 0 : this.#cursor.keyOf(rule, request); // equal keys go by arrival
  }

  isLate(request: Request): boolean {
    return this.#cursor.isLate(this.#policy.queue, request);
  }

  attainedS(request: Request): number {
    return this.#progressOf(request).attainedS(request);
  }

  #progressOf({ replica }: Request): Progress {
    return (this.replicas[replica] as Replica).progress;
  }

  workS(request: Request, output: number): number {
    const workOf = this.#workOf[request.replica] as (tokens: Tokens) => number;
    return workOf({ prompt: this.sequenceOf(request).promptTokens, output });
  }

  /** The prediction less what is written: a predictor's word is never corrected by the truth. */
  #predictedLeft(request: Request): number {
    const written = request.replica === NONE ? 0 : this.#progressOf(request).writtenTokens(request); // while it is being routed
    return Math.max(0, this.sequenceOf(request).predictedTokens - written);
  }

  /** An unfinished answer has a token left, whatever was said of it. */
  #tokensToCome(request: Request): number {
    return Math.max(1, this.#predictedLeft(request));
  }

  #end(request: Request, outcome: Outcome): void {
    request.outcome = outcome;
    if (outcome === OUTCOME.finished) {
      const model = this.models[request.classIndex] as ServedModel;
      const sequence = this.sequenceOf(request);
      request.tokenGapS = sequence.meanGapS;
      model.runFinished++;
      model.runTokens += sequence.outputTokens;
      if (request.arrivalS >= this.stats.warmupS) model.tally.add(sequence);
    }
    this.requests.remove(request);
    const { nowS } = this.#simulation;
    this.stats.ended(request, nowS);
    for (const watcher of this.watchers) watcher(request, nowS);
    if (request.user !== NONE) this.userFree(request.user);
  }
}

/** An answer ends where context or memory do; a prompt that leaves no room for one is turned away. */
function fits(replica: Replica, { decodeLimit }: ServedModel, sequence: Sequence): boolean {
  if (!(replica instanceof StepReplica)) return true;
  const { tokenLimit, sendS } = replica.rules;
  const room = (sendS === undefined ? tokenLimit : decodeLimit) - sequence.promptTokens;
  sequence.outputTokens = Math.min(sequence.outputTokens, room);
  return room > 0 && sequence.promptTokens <= tokenLimit;
}
