/**
 * What an environment shows and what it takes: spaces as Gymnasium has them, but flat. A value of any space is a run of
 * numbers in a typed array, one a slot: a reading (between two bounds) or a choice (a whole number below `count`). A
 * dictionary is its members' slots one after the other, in declared order.
 */
import type { Rng } from "../kernel/index.ts";
import { EnvError } from "./env-error.ts";

/** Where observations, actions and rewards live: float32 for networks and rollouts, float64 for exact work. */
export type Floats = Float32Array | Float64Array;

export interface Field {
  /** Unit last, as everywhere: "angleRad". */
  readonly name: string;
  readonly low: number;
  readonly high: number;
  /** How [-1, 1] is stretched onto [low, high] by `fromUnit`; "log" needs 0 < low. Default "linear". */
  readonly scale?: "linear" | "log";
}
export interface Choice {
  readonly name: string;
  /** Values are 0 .. count - 1. */
  readonly count: number;
}

export interface RealSlot extends Required<Field> {
  readonly kind: "real";
}
export interface ChoiceSlot extends Choice {
  readonly kind: "choice";
  /** Where its `count` entries begin in the space's mask. */
  readonly maskOffset: number;
}
export type Slot = RealSlot | ChoiceSlot;

interface Flat<S extends Slot> {
  readonly slots: readonly S[];
  /** Entries of an action mask: one for each value of each choice. */
  readonly maskLength: number;
  readonly low: Float64Array;
  readonly high: Float64Array;
  /** The bounds as float32 has them: rounding is monotone, so a value inside stays inside when it is stored. */
  readonly low32: Float32Array;
  readonly high32: Float32Array;
}
export interface Box extends Flat<RealSlot> {
  readonly kind: "box";
}
export interface Discrete extends Flat<ChoiceSlot> {
  readonly kind: "discrete";
  readonly count: number;
}
export interface MultiDiscrete extends Flat<ChoiceSlot> {
  readonly kind: "multi-discrete";
}
export interface Dict extends Flat<Slot> {
  readonly kind: "dict";
  readonly members: readonly Member[];
}
/** A part of a dictionary: its numbers begin at `offset`, its mask at `maskOffset`. */
export interface Member {
  readonly name: string;
  readonly space: Space;
  readonly offset: number;
  readonly maskOffset: number;
}
export type Space = Box | Discrete | MultiDiscrete | Dict;

/** Real numbers between bounds, which may be infinite. @throws {RangeError} for bounds or names that cannot be. */
export function box(fields: readonly Field[]): Box {
  for (const { name, low, high, scale } of fields) {
    if (!(low < high)) throw new RangeError(`${name}: low must be below high, got ${low} and ${high}`);
    if (scale === "log" && !(low > 0)) throw new RangeError(`${name}: a log scale needs low > 0, got ${low}`);
  }
  const slots = fields.map((field): RealSlot => ({ kind: "real", scale: "linear", ...field }));
  return { kind: "box", ...flat(slots) };
}

/** One choice out of `count`. */
export function discrete(name: string, count: number): Discrete {
  return { kind: "discrete", count, ...flat(choiceSlots([{ name, count }])) };
}

/** Several choices at once. */
export function multiDiscrete(choices: readonly Choice[]): MultiDiscrete {
  return { kind: "multi-discrete", ...flat(choiceSlots(choices)) };
}

/** Named spaces side by side; a slot's name begins with its member's: "cart.speedMPerS". */
export function dict(parts: readonly { readonly name: string; readonly space: Space }[]): Dict {
  const members: Member[] = [];
  const slots: Slot[] = [];
  let maskOffset = 0;
  for (const { name, space } of parts) {
    members.push({ name, space, offset: slots.length, maskOffset });
    for (const slot of space.slots) {
      const named = { ...slot, name: `${name}.${slot.name}` };
      slots.push(named.kind === "choice" ? { ...named, maskOffset: named.maskOffset + maskOffset } : named);
    }
    maskOffset += space.maskLength;
  }
  return { kind: "dict", members, ...flat(slots) };
}

function choiceSlots(choices: readonly Choice[]): readonly ChoiceSlot[] {
  let maskOffset = 0;
  return choices.map(({ name, count }): ChoiceSlot => {
    if (!Number.isSafeInteger(count) || count < 1) throw new RangeError(`${name}: a choice needs a whole count >= 1, got ${count}`);
    const slot: ChoiceSlot = { kind: "choice", name, count, maskOffset };
    maskOffset += count;
    return slot;
  });
}

function flat<S extends Slot>(slots: readonly S[]): Flat<S> {
  if (slots.length === 0) throw new RangeError("a space needs at least one slot");
  const names = new Set<string>();
  for (const { name } of slots) {
    if (names.has(name)) throw new RangeError(`a space has two slots named "${name}"`);
    names.add(name);
  }
  const low = Float64Array.from(slots, (slot) => (slot.kind === "real" ? slot.low : 0));
  const high = Float64Array.from(slots, (slot) => (slot.kind === "real" ? slot.high : slot.count - 1));
  const maskLength = slots.reduce((sum, slot) => sum + (slot.kind === "choice" ? slot.count : 0), 0);
  return { slots, maskLength, low, high, low32: Float32Array.from(low), high32: Float32Array.from(high) };
}

/** Index of the first number that is outside its slot, not finite, or no whole number where a choice is; -1 if all are inside. */
export function firstOutside(space: Space, values: Floats): number {
  const single = values instanceof Float32Array;
  const low = single ? space.low32 : space.low;
  const high = single ? space.high32 : space.high;
  const { slots } = space;
  for (let i = 0; i < slots.length; i++) {
    const value = values[i] as number;
    const inside = value >= (low[i] as number) && value <= (high[i] as number) && Number.isFinite(value);
    if (!inside || ((slots[i] as Slot).kind === "choice" && !Number.isInteger(value))) return i;
  }
  return -1;
}

/** Index of the first choice that `mask` forbids; -1 if all are allowed. `values` are inside the space. */
export function firstMasked(space: Space, values: Floats, mask: Uint8Array): number {
  const { slots } = space;
  for (let i = 0; i < slots.length; i++) {
    const slot = slots[i] as Slot;
    if (slot.kind === "choice" && mask[slot.maskOffset + (values[i] as number)] === 0) return i;
  }
  return -1;
}

/** "0..4" or "-2..2": what slot `i` of a space allows, for messages. */
export function rangeOf(space: Space, i: number): string {
  return `${space.low[i]}..${space.high[i]}`;
}

/** Moves every real number into its bounds, as a Gaussian policy needs it before `step`. */
export function clampInto(space: Space, values: Floats): void {
  const { low, high, low32, high32, slots } = space;
  const [lows, highs] = values instanceof Float32Array ? [low32, high32] : [low, high];
  for (let i = 0; i < slots.length; i++) {
    if ((slots[i] as Slot).kind === "real") values[i] = Math.min(Math.max(values[i] as number, lows[i] as number), highs[i] as number);
  }
}

/** Writes the value that each `unit` of [-1, 1] stands for, by the slot's scale. @throws {RangeError} for infinite bounds. */
export function fromUnit(space: Box, unit: Floats, out: Floats): void {
  space.slots.forEach((slot, i) => {
    requireFinite(slot);
    out[i] = stretched(slot, ((unit[i] as number) + 1) / 2);
  });
  clampInto(space, out); // rounding may end an ulp above
}

/** What lies at a share in 0..1 of the way from low to high, on the slot's scale. */
function stretched({ low, high, scale }: RealSlot, share: number): number {
  return scale === "log" ? low * Math.exp(share * Math.log(high / low)) : low + share * (high - low);
}

/** The inverse of `fromUnit`. */
export function toUnit(space: Box, values: Floats, out: Floats): void {
  space.slots.forEach((slot, i) => {
    requireFinite(slot);
    const { low, high } = slot;
    const value = values[i] as number;
    const share = slot.scale === "log" ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    out[i] = 2 * share - 1;
  });
}

function requireFinite({ name, low, high }: RealSlot): void {
  if (!Number.isFinite(high - low)) throw new RangeError(`${name} has no finite bounds: ${low}..${high}`);
}

/**
 * Draws a value: choices uniformly among those that `mask` allows (an empty mask allows all), reals uniformly on their
 * scale. @throws {EnvError} if a mask allows nothing. @throws {RangeError} for infinite bounds.
 */
export function sample(space: Space, rng: Rng, out: Floats, mask: Uint8Array): void {
  space.slots.forEach((slot, i) => {
    if (slot.kind === "choice") {
      out[i] = drawChoice(slot, rng, mask);
      return;
    }
    requireFinite(slot);
    out[i] = stretched(slot, rng.uniform());
  });
  clampInto(space, out);
}

function drawChoice({ name, count, maskOffset }: ChoiceSlot, rng: Rng, mask: Uint8Array): number {
  if (mask.length === 0) return rng.int(count);
  let allowedCount = 0;
  for (let k = 0; k < count; k++) if (mask[maskOffset + k] !== 0) allowedCount++;
  if (allowedCount === 0) throw new EnvError(`the mask allows no value of ${name}: an environment must leave at least one action`);
  let left = rng.int(allowedCount);
  let choice = 0;
  while (mask[maskOffset + choice] === 0 || left-- > 0) choice++;
  return choice;
}
