/** Power laws: one line adds one. */
import { z } from "zod";
import { registry } from "../../base/plugin.ts";
import { quantity } from "../../base/quantity.ts";
import type { PowerModel } from "../power-model.ts";
import type { Clocks, PowerFactory } from "./clock-factor.ts";
import { constant } from "./constant.ts";
import { cubic } from "./cubic.ts";
import { dvfs, dvfsProblem } from "./dvfs.ts";
import { linear } from "./linear.ts";
import { spec } from "./spec.ts";
import { sqrt } from "./sqrt.ts";
import { square } from "./square.ts";

const plugins = [constant, linear, square, cubic, sqrt, spec, dvfs] as const;

export const powerModels = registry("power law", plugins);

/** A law by its kind; a bare quantity is the constant law. */
export const powerSchema = z.union([
  quantity("power", { example: "150 W" }),
  z.discriminatedUnion("kind", [constant.schema, linear.schema, square.schema, cubic.schema, sqrt.schema, spec.schema, dvfs.schema]),
]);
export type PowerSpec = z.output<typeof powerSchema>;

/** What shape alone cannot see: a law that does not fit the server's clocks. For the second pass of validation. */
export function powerProblem(power: PowerSpec, clocks: Clocks): string | undefined {
  return typeof power !== "number" && power.kind === "dvfs" ? dvfsProblem(power, clocks) : undefined;
}

/** @throws {RangeError} where `powerProblem` would have found something: a bug of the caller. */
export function makePowerModel(power: PowerSpec, clocks: Clocks): PowerModel {
  return factoryOf(power)(clocks);
}

function factoryOf(power: PowerSpec): PowerFactory {
  if (typeof power === "number") return constant.create({ kind: "constant", watts: power });
  switch (power.kind) {
    case "constant":
      return constant.create(power);
    case "linear":
      return linear.create(power);
    case "square":
      return square.create(power);
    case "cubic":
      return cubic.create(power);
    case "sqrt":
      return sqrt.create(power);
    case "spec":
      return spec.create(power);
    case "dvfs":
      return dvfs.create(power);
  }
}
