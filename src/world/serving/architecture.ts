/** What a model is made of: its layers, from which operators, weights, and bytes of keys and values follow. */
import { z } from "zod";
import { quantity } from "../base/quantity.ts";

const count = z.int().min(1);
const bytes = z.number().positive();

/** Equal layers of attention and MLP. A model that writes tokens is a decoder; one that does not is an encoder, which has no head. */
const transformer = z.strictObject({
  kind: z.literal("transformer"),
  layers: count,
  hidden: count,
  heads: count,
  /** Of keys and values; absent: as many as `heads`. */
  kvHeads: count.optional(),
  /** Absent: hidden / heads. */
  headDim: count.optional(),
  /** Width of the MLP. */
  intermediate: count,
  /** Has the MLP a gate, so that it is three matrices and not two? */
  gated: z.boolean().default(false),
  vocabulary: count,
  /** Are the embedding and the head one matrix? */
  tied: z.boolean().default(false),
  bytesPerParameter: bytes.default(2),
  /** A mixture of experts in every `every`-th layer: so many, of which a token passes `active`. */
  experts: z.strictObject({ count, active: count.default(1), every: count.default(1) }).optional(),
  /** Of an encoder: the batch whose time its linear law gives. */
  sequences: count.default(1),
  sequenceTokens: count.default(512),
});

/** Equal blocks of convolutions, by their arithmetic: a model of images. */
const convolutional = z.strictObject({
  kind: z.literal("convolutional"),
  layers: count,
  parameters: count,
  /** Operations of one image, a multiplication and an addition being two. */
  operations: z.number().positive(),
  /** Of one image, written once and read once. */
  activations: quantity("memory", { above: 0, example: "42 MiB" }),
  bytesPerParameter: bytes.default(4),
  /** The batch whose time the model's linear law gives. */
  images: count.default(1),
});

export const architectureSchema = z.discriminatedUnion("kind", [transformer, convolutional]);
export type Architecture = z.output<typeof architectureSchema>;
export type Transformer = z.output<typeof transformer>;
export type Convolutional = z.output<typeof convolutional>;

/** A matrix that tokens are multiplied with. */
export interface Matrix {
  readonly name: string;
  readonly parameters: number;
  /** Of these so many, of which a token passes `active` and a step reads those that its tokens need. */
  readonly count: number;
  readonly active: number;
}

const headDimOf = ({ hidden, heads, headDim }: Transformer): number => headDim ?? hidden / heads;
/** Width of queries, and of keys or values. */
export const queryWidth = (model: Transformer): number => model.heads * headDimOf(model);
export const keyWidth = (model: Transformer): number => (model.kvHeads ?? model.heads) * headDimOf(model);

/** The matrices of one layer. */
export function matricesOf(model: Transformer, layer: number): readonly Matrix[] {
  const { hidden, intermediate, gated, experts } = model;
  const dense = (name: string, parameters: number): Matrix => ({ name, parameters, count: 1, active: 1 });
  // The last layer of each `every` has experts.
  const { count: many, active } = experts !== undefined && (layer + 1) % experts.every === 0 ? experts : { count: 1, active: 1 };
  return [
    dense("qkv", hidden * (queryWidth(model) + 2 * keyWidth(model))),
    dense("output", queryWidth(model) * hidden),
    { name: "mlp-up", parameters: (gated ? 2 : 1) * hidden * intermediate, count: many, active },
    { name: "mlp-down", parameters: hidden * intermediate, count: many, active },
  ];
}

/** Keys and values of one token, bytes. */
export function kvBytesOf(model: Transformer): number {
  return 2 * model.layers * keyWidth(model) * model.bytesPerParameter;
}

/** What is wrong between the fields, or undefined. */
export function architectureProblem(model: Architecture): string | undefined {
  if (model.kind === "convolutional") return undefined;
  const { heads, kvHeads = heads, hidden, headDim, experts } = model;
  if (headDim === undefined && hidden % heads !== 0) return `architecture.hidden must be a multiple of ${heads} heads, or headDim be said`;
  if (heads % kvHeads !== 0) return `architecture.heads must be a multiple of ${kvHeads} kvHeads`;
  if (experts !== undefined && experts.active > experts.count) return "architecture.experts.active must be at most experts.count";
  return undefined;
}
