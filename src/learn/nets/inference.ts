/**
 * Networks on one observation at a time, as a policy inside the simulator runs them: plain loops over typed arrays, without
 * TensorFlow.js, whose engine alone takes longer than the whole of a small network.
 * Hot: bench/nets.ts. Sums are in float64, four at a time; kernels lie transposed, so that every sum runs along memory.
 */
import {
  type Activation,
  type Architecture,
  BATCH_NORM_EPSILON,
  GRU_GATES,
  type GruArchitecture,
  gruRuns,
  layoutsOf,
  outputsOf,
  type SequentialArchitecture,
} from "./architecture.ts";
import { type Checkpoint, CheckpointError } from "./manifest.ts";

/** One agent's own numbers. */
export interface AgentWeights<A extends Architecture> {
  readonly architecture: A;
  readonly weights: Float32Array;
  readonly statistics: Float32Array;
}

/**
 * The row of one agent, out of a checkpoint.
 * @param kind what the part must be
 * @throws {CheckpointError} if the checkpoint has no such part, kind or agent
 */
export function agentWeights<K extends Architecture["kind"]>(
  { manifest, floats }: Checkpoint,
  { part: name, kind, agent = 0 }: { readonly part: string; readonly kind: K; readonly agent?: number },
): AgentWeights<Extract<Architecture, { kind: K }>> {
  const part = manifest.parts[name];
  if (part?.architecture.kind !== kind) throw new CheckpointError(`it has no ${kind} network "${name}"`);
  const row = (variableName: string): Float32Array => {
    const place = part.variables[variableName];
    if (place === undefined) return new Float32Array(0);
    const [population, size] = place.shape as [number, number];
    if (agent >= population) throw new CheckpointError(`"${name}" has ${population} agents, there is no agent ${agent}`);
    return floats.slice(place.offset + agent * size, place.offset + (agent + 1) * size);
  };
  const architecture = part.architecture as unknown as Extract<Architecture, { kind: K }>;
  const own = { architecture, weights: row("weights"), statistics: row("statistics") };
  const layouts = layoutsOf(architecture);
  if (own.weights.length !== layouts.weights.size || own.statistics.length !== layouts.statistics.size) {
    throw new CheckpointError(`the weights of "${name}" are not those of its architecture`);
  }
  return own;
}

/** A dense layer, or batch norm as scale and shift. */
interface Stage {
  run(input: Float64Array, output: Float64Array): void;
  readonly outputs: number;
}

export class SequentialInference {
  readonly inputs: number;
  readonly outputs: number;
  readonly #stages: readonly Stage[];
  /** Input of each stage, and the last one's output. */
  readonly #values: readonly Float64Array[];

  constructor({ architecture, weights, statistics }: AgentWeights<SequentialArchitecture>) {
    const layouts = layoutsOf(architecture);
    const [weight, running] = [layouts.weights.views(weights), layouts.statistics.views(statistics)];
    const at = (views: ReadonlyMap<string, Float32Array>, name: string): Float32Array => views.get(name) as Float32Array;
    this.inputs = architecture.inputs;
    this.outputs = outputsOf(architecture);
    this.#stages = architecture.layers.map((layer, i) =>
      layer.kind === "dense"
        ? new Dense(at(weight, `${i}.kernel`), at(weight, `${i}.bias`), layer.activation)
        : new ScaleShift(at(weight, `${i}.scale`), at(weight, `${i}.shift`), at(running, `${i}.mean`), at(running, `${i}.variance`)),
    );
    this.#values = [this.inputs, ...this.#stages.map((stage) => stage.outputs)].map((size) => new Float64Array(size));
  }

  /** @param input `inputs` numbers @param out gets `outputs` numbers */
  forward(input: ArrayLike<number>, out: Float32Array | Float64Array): void {
    if (input.length !== this.inputs) throw new RangeError(`a network of ${this.inputs} inputs got ${input.length}`);
    const values = this.#values;
    (values[0] as Float64Array).set(input);
    for (let i = 0; i < this.#stages.length; i++) (this.#stages[i] as Stage).run(values[i] as Float64Array, values[i + 1] as Float64Array);
    out.set(values[this.#stages.length] as Float64Array);
  }
}

class Dense implements Stage {
  readonly outputs: number;
  readonly #transposed: Float64Array;
  readonly #bias: Float64Array;
  readonly #activation: Activation;

  constructor(kernel: Float32Array, bias: Float32Array, activation: Activation) {
    this.outputs = bias.length;
    this.#transposed = transpose(kernel, bias.length);
    this.#bias = Float64Array.from(bias);
    this.#activation = activation;
  }

  run(input: Float64Array, output: Float64Array): void {
    affine(this.#transposed, this.#bias, input, output);
    activateInPlace(output, this.#activation);
  }
}

class ScaleShift implements Stage {
  readonly outputs: number;
  readonly #scale: Float64Array;
  readonly #shift: Float64Array;

  constructor(scale: Float32Array, shift: Float32Array, mean: Float32Array, variance: Float32Array) {
    this.outputs = scale.length;
    this.#scale = Float64Array.from(scale, (value, i) => value / Math.sqrt((variance[i] as number) + BATCH_NORM_EPSILON));
    this.#shift = Float64Array.from(shift, (value, i) => value - (this.#scale[i] as number) * (mean[i] as number));
  }

  run(input: Float64Array, output: Float64Array): void {
    for (let i = 0; i < output.length; i++) output[i] = (input[i] as number) * (this.#scale[i] as number) + (this.#shift[i] as number);
  }
}

/** A GRU of one direction, one step at a time. */
export class GruInference {
  readonly inputs: number;
  /** Width of the states of all layers together; the last `hidden` of them are the output. */
  readonly stateSize: number;
  readonly hidden: number;
  readonly #cells: readonly GruCell[];

  /** @throws {RangeError} for one of both directions, which needs whole sequences */
  constructor({ architecture, weights }: AgentWeights<GruArchitecture>) {
    if (architecture.bidirectional) throw new RangeError("a GRU of both directions cannot go step by step");
    const blocks = layoutsOf(architecture).weights.views(weights);
    const runs = gruRuns(architecture);
    this.inputs = architecture.inputs;
    this.hidden = architecture.hidden;
    this.stateSize = runs.length * architecture.hidden;
    this.#cells = runs.map(({ name }) => new GruCell((block) => blocks.get(`${name}.${block}`) as Float32Array));
  }

  /** Moves `state` (`stateSize` numbers, zeros at first) by one step. */
  step(input: ArrayLike<number>, state: Float64Array): void {
    if (input.length !== this.inputs) throw new RangeError(`a GRU of ${this.inputs} inputs got ${input.length}`);
    let values: Float64Array = Float64Array.from(input);
    this.#cells.forEach((cell, i) => {
      const h = state.subarray(i * this.hidden, (i + 1) * this.hidden);
      cell.step(values, h);
      values = h;
    });
  }
}

class GruCell {
  readonly #kernel: Float64Array;
  readonly #recurrent: Float64Array;
  readonly #bias: Float64Array;
  readonly #recurrentBias: Float64Array;
  readonly #ofInput: Float64Array;
  readonly #ofState: Float64Array;

  constructor(block: (name: string) => Float32Array) {
    this.#bias = Float64Array.from(block("bias"));
    this.#recurrentBias = Float64Array.from(block("recurrent-bias"));
    this.#kernel = transpose(block("kernel"), this.#bias.length);
    this.#recurrent = transpose(block("recurrent"), this.#bias.length);
    this.#ofInput = new Float64Array(this.#bias.length);
    this.#ofState = new Float64Array(this.#bias.length);
  }

  step(input: Float64Array, h: Float64Array): void {
    const [x, s, hidden] = [this.#ofInput, this.#ofState, this.#bias.length / GRU_GATES];
    affine(this.#kernel, this.#bias, input, x);
    affine(this.#recurrent, this.#recurrentBias, h, s);
    for (let i = 0; i < hidden; i++) {
      const reset = sigmoid((x[i] as number) + (s[i] as number));
      const update = sigmoid((x[hidden + i] as number) + (s[hidden + i] as number));
      const candidate = Math.tanh((x[2 * hidden + i] as number) + reset * (s[2 * hidden + i] as number));
      h[i] = candidate + update * ((h[i] as number) - candidate);
    }
  }
}

/** [inputs, units] to [units, inputs], in float64. */
function transpose(kernel: Float32Array, units: number): Float64Array {
  const inputs = kernel.length / units;
  return Float64Array.from(kernel, (_, i) => kernel[(i % inputs) * units + Math.floor(i / inputs)] as number);
}

/** output = kernel x input + bias, four outputs at a time: four sums that do not wait for each other. @param kernel [outputs, inputs] */
function affine(kernel: Float64Array, bias: Float64Array, input: Float64Array, output: Float64Array): void {
  const width = input.length;
  const whole = output.length - (output.length % 4);
  for (let j = 0, at = 0; j < whole; j += 4, at += 3 * width) {
    let a = bias[j] as number;
    let b = bias[j + 1] as number;
    let c = bias[j + 2] as number;
    let d = bias[j + 3] as number;
    for (let i = 0; i < width; i++, at++) {
      const x = input[i] as number;
      a += (kernel[at] as number) * x;
      b += (kernel[at + width] as number) * x;
      c += (kernel[at + 2 * width] as number) * x;
      d += (kernel[at + 3 * width] as number) * x;
    }
    output[j] = a;
    output[j + 1] = b;
    output[j + 2] = c;
    output[j + 3] = d;
  }
  for (let j = whole; j < output.length; j++) {
    let sum = bias[j] as number;
    for (let i = 0; i < width; i++) sum += (kernel[j * width + i] as number) * (input[i] as number);
    output[j] = sum;
  }
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));

function activateInPlace(values: Float64Array, activation: Activation): void {
  switch (activation) {
    case "linear":
      return;
    case "relu":
      for (let i = 0; i < values.length; i++) values[i] = Math.max(0, values[i] as number);
      return;
    case "tanh":
      for (let i = 0; i < values.length; i++) values[i] = Math.tanh(values[i] as number);
      return;
    case "sigmoid":
      for (let i = 0; i < values.length; i++) values[i] = sigmoid(values[i] as number);
      return;
    case "softmax":
      softmaxInPlace(values);
  }
}

function softmaxInPlace(values: Float64Array): void {
  const greatest = values.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    values[i] = Math.exp((values[i] as number) - greatest);
    sum += values[i] as number;
  }
  for (let i = 0; i < values.length; i++) values[i] = (values[i] as number) / sum;
}
