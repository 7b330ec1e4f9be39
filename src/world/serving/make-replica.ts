/** A replica by its engine. */
import type { Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Device } from "./device.ts";
import type { Disaggregation, Engine } from "./engines.ts";
import type { GpuKindSpec } from "./gpu-kind.ts";
import { blocksBesideWeights, tokenLimit, watermarkOf } from "./kv-memory.ts";
import { gpuName, kvPerTokenB, type ModelKindSpec } from "./model-kind.ts";
import type { ServedModel } from "./model-serving.ts";
import { BatchReplica } from "./replica.ts";
import type { Replica, ReplicaListener } from "./replica-port.ts";
import { StepReplica } from "./step-replica.ts";
import { stepTimes } from "./step-time.ts";

interface Place {
  readonly id: ReplicaId;
  readonly model: ServedModel;
  readonly devices: readonly Device[];
}

/** @throws {Error} for an engine by steps and a model without a law of steps: refused before. */
export function makeReplica(
  simulation: Simulation,
  place: Place,
  { engine, agingS }: { readonly engine: Engine; readonly agingS: number },
  listener: ReplicaListener,
): Replica {
  if (engine.kind === "batches") return new BatchReplica(simulation, place, { engine, agingS }, listener);
  const [device, another] = place.devices;
  if (device === undefined || another !== undefined) throw new Error("an engine by steps runs on one GPU");
  const { kind, kindName } = device.options;
  const model = place.model.kind;
  const law = model.latency[gpuName(kindName)];
  if (law === undefined || law.kind === "linear") throw new Error(`${kindName} has no law of steps`);
  const blocks = engine.kvBlocks ?? blocksBesideWeights(kind, model);
  // Who computes prompts for others keeps a place for the whole of each: nobody who writes could give way.
  const { disaggregation } = engine;
  const sends = disaggregation !== undefined && place.model.entry.replicas.length < disaggregation.prefill;
  const rules = {
    ...{ engine: sends ? { ...engine, reserves: "prompt" as const } : engine, agingS, blocks, watermark: watermarkOf(engine, blocks), tokenLimit: tokenLimit(model, engine, blocks) },
    timeAt: stepTimes(law, kind, model),
    ...(sends && { sendS: sendTimes(disaggregation, kind, model) }),
  };
  return new StepReplica(simulation, place, rules, listener);
}

function sendTimes({ link }: Disaggregation, kind: GpuKindSpec, model: ModelKindSpec): (tokens: number) => number {
  const { bandwidth, latency } = link ?? kind.roofline?.link ?? {};
  const tokenB = kvPerTokenB(model);
  if (bandwidth === undefined || latency === undefined || tokenB === undefined) throw new Error("nobody knows how long keys and values take");
  return (tokens) => latency + (tokens * tokenB) / bandwidth;
}
