/** A replica by its engine. */
import type { Simulation } from "../../kernel/index.ts";
import type { Engine } from "./engines.ts";
import { blocksBesideWeights, tokenLimit, watermarkOf } from "./kv-memory.ts";
import { gpuName } from "./model-kind.ts";
import { BatchReplica } from "./replica.ts";
import type { Place, Replica, ReplicaListener } from "./replica-port.ts";
import { StepReplica } from "./step-replica.ts";
import { stepTimes } from "./step-time.ts";

/** @throws {Error} for an engine by steps and a model without a law of steps: refused before. */
export function makeReplica(simulation: Simulation, place: Place, engine: Engine, listener: ReplicaListener): Replica {
  if (engine.kind === "batches") return new BatchReplica(simulation, place, engine, listener);
  const [device, another] = place.devices;
  if (device === undefined || another !== undefined) throw new Error("an engine by steps runs on one GPU");
  const { kind, kindName } = device.options;
  const model = place.model.kind;
  const law = model.latency[gpuName(kindName)];
  if (law === undefined || law.kind === "linear") throw new Error(`${kindName} has no law of steps`);
  const blocks = engine.kvBlocks ?? blocksBesideWeights(kind, model);
  const rules = {
    ...{ engine, blocks, watermark: watermarkOf(engine, blocks), tokenLimit: tokenLimit(model, engine, blocks) },
    timeAt: stepTimes(law, kind, model),
  };
  return new StepReplica(simulation, place, rules, listener);
}
