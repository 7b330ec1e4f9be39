/** What a network is made of, as plain data: the part of a checkpoint that must fit, and all that inference needs beside weights. */

export type Activation = "linear" | "relu" | "tanh" | "sigmoid" | "softmax";

export type LayerSpec =
  | { readonly kind: "dense"; readonly units: number; readonly activation: Activation }
  | { readonly kind: "batch-norm" };

export interface SequentialArchitecture {
  readonly kind: "sequential";
  readonly inputs: number;
  readonly layers: readonly LayerSpec[];
}
export interface GruArchitecture {
  readonly kind: "gru";
  readonly inputs: number;
  /** Width of the state of one layer and direction. */
  readonly hidden: number;
  readonly layers: number;
  readonly bidirectional: boolean;
}
/** Numbers that are trained without an input, such as the log standard deviations of a Gaussian policy. */
export interface ParametersArchitecture {
  readonly kind: "parameters";
  readonly size: number;
}
export type Architecture = SequentialArchitecture | GruArchitecture | ParametersArchitecture;

/** Batch norm divides by sqrt(variance + this), as PyTorch does. */
export const BATCH_NORM_EPSILON = 1e-5;

/** A matrix inside one agent's flat row of numbers. */
export interface Block {
  readonly name: string;
  readonly rows: number;
  readonly columns: number;
}

/** Blocks one after the other, each in row-major order. */
export class Layout {
  readonly blocks: readonly Block[];
  readonly sizes: readonly number[];
  /** Floats an agent. */
  readonly size: number;

  constructor(blocks: readonly Block[]) {
    this.blocks = blocks;
    this.sizes = blocks.map(({ rows, columns }) => rows * columns);
    this.size = this.sizes.reduce((sum, size) => sum + size, 0);
  }

  /** Views of the blocks of one agent's row, by name. */
  views<Floats extends Float32Array | Float64Array>(row: Floats): ReadonlyMap<string, Floats> {
    const views = new Map<string, Floats>();
    let offset = 0;
    this.blocks.forEach(({ name }, i) => {
      const end = offset + (this.sizes[i] as number);
      views.set(name, row.subarray(offset, end) as Floats);
      offset = end;
    });
    return views;
  }
}

export interface Layouts {
  /** What is trained. */
  readonly weights: Layout;
  /** What follows the data: the running means and variances of batch norm. */
  readonly statistics: Layout;
}

export function layoutsOf(architecture: Architecture): Layouts {
  switch (architecture.kind) {
    case "sequential":
      return sequentialLayouts(architecture);
    case "gru":
      return { weights: gruLayout(architecture), statistics: new Layout([]) };
    case "parameters":
      return { weights: new Layout([{ name: "values", rows: 1, columns: architecture.size }]), statistics: new Layout([]) };
  }
}

function sequentialLayouts({ inputs, layers }: SequentialArchitecture): Layouts {
  const weights: Block[] = [];
  const statistics: Block[] = [];
  let width = inputs;
  layers.forEach((layer, i) => {
    if (layer.kind === "dense") {
      weights.push({ name: `${i}.kernel`, rows: width, columns: layer.units }, { name: `${i}.bias`, rows: 1, columns: layer.units });
      width = layer.units;
    } else {
      weights.push({ name: `${i}.scale`, rows: 1, columns: width }, { name: `${i}.shift`, rows: 1, columns: width });
      statistics.push({ name: `${i}.mean`, rows: 1, columns: width }, { name: `${i}.variance`, rows: 1, columns: width });
    }
  });
  return { weights: new Layout(weights), statistics: new Layout(statistics) };
}

/** Width of what comes out. */
export function outputsOf({ inputs, layers }: SequentialArchitecture): number {
  return layers.reduce((width, layer) => (layer.kind === "dense" ? layer.units : width), inputs);
}

/** Runs of a GRU: layer by layer, forward before backward. */
export interface GruRun {
  /** Prefix of its blocks. */
  readonly name: string;
  readonly layer: number;
  readonly backward: boolean;
}

export function gruRuns({ layers, bidirectional }: GruArchitecture): readonly GruRun[] {
  const directions = bidirectional ? [false, true] : [false];
  return Array.from({ length: layers }, (_, layer) =>
    directions.map((backward) => ({ name: `${layer}.${backward ? "backward" : "forward"}`, layer, backward })),
  ).flat();
}

/** Gates in PyTorch's order: reset, update, new. */
export const GRU_GATES = 3;

function gruLayout(architecture: GruArchitecture): Layout {
  const { inputs, hidden, bidirectional } = architecture;
  const columns = GRU_GATES * hidden;
  return new Layout(
    gruRuns(architecture).flatMap(({ name, layer }) => [
      { name: `${name}.kernel`, rows: layer === 0 ? inputs : hidden * (bidirectional ? 2 : 1), columns },
      { name: `${name}.recurrent`, rows: hidden, columns },
      { name: `${name}.bias`, rows: 1, columns },
      { name: `${name}.recurrent-bias`, rows: 1, columns },
    ]),
  );
}
