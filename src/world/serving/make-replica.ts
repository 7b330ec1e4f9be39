/** A replica by its engine. */
import type { Simulation } from "../../kernel/index.ts";
import type { ReplicaId } from "../base/id.ts";
import type { Device } from "./device.ts";
import type { Disaggregation, Engine } from "./engines.ts";
import { blocksBesideWeights, tokenLimit, watermarkOf } from "./kv-memory.ts";
import { gpuName, kvPerTokenB } from "./model-kind.ts";
import type { ServedModel } from "./model-serving.ts";
import { BatchReplica } from "./replica.ts";
import type { Replica, ReplicaListener } from "./replica-port.ts";
import { StepReplica } from "./step-replica.ts";
import type { StepRules } from "./step-rules.ts";
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
    ...{
      engine: sends ? { ...engine, reserves: "prompt" as const } : engine,
      agingS,
      blocks,
      watermark: watermarkOf(engine, blocks),
      tokenLimit: tokenLimit(model, engine, blocks),
    },
    timeAt: stepTimes(law, kind, model),
    ...(sends && { sendS: sendTimes(disaggregation, place) }),
  };
  return new StepReplica(simulation, place, rules, listener);
}

/** Over a link of the engine's own, or, each GPU its share, over those of the GPUs, as much as faults have left of the slower end's. */
function sendTimes({ link }: Disaggregation, { model, devices }: Place): StepRules["sendS"] {
  const gpuLink = devices[0]?.options.kind.roofline?.link;
  const { bandwidth, latency } = link ?? gpuLink ?? {};
  const tokenB = kvPerTokenB(model.kind);
  if (bandwidth === undefined || latency === undefined || tokenB === undefined)
    throw new Error("nobody knows how long keys and values take");
  if (link !== undefined) return (tokens) => latency + (tokens * tokenB) / bandwidth;
  return (tokens, to) => {
    const left = Math.min(...[...devices, ...to].map(({ linkFactor }) => linkFactor));
    return latency + (tokens * tokenB) / (devices.length * bandwidth * left);
  };
}
