/** The page of a training's folder, made of its files alone. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { MeanInterval } from "../../experiment/summary.ts";
import { CheckpointError } from "../../learn/nets/manifest.ts";
import { policySha256, unpackPolicy } from "../../learn/policy-file.ts";
import { StoredResultError } from "../series-json.ts";
import { storedJson } from "../stored-json.ts";
import { curveFromJson } from "./curve-json.ts";
import { renderTraining, type StoredPolicyFile } from "./page.ts";
import { trainingFromJson } from "./to-json.ts";

/** @throws {StoredResultError} where a file is missing, damaged or of another version. */
export function pageOfTraining(dir: string, interval: MeanInterval): string {
  const read = (name: string): string => {
    const path = join(dir, name);
    if (existsSync(path)) return readFileSync(path, "utf8");
    throw new StoredResultError(
      `${dir} holds a training but no ${name}: end it with cybertwin train --resume, which writes what is missing`,
    );
  };
  const output = trainingFromJson(read("training.json"), curveFromJson(read("curve.json")));
  const { device } = storedJson(read("meta.json"), "meta.json") as { readonly device: string };
  const folders = [".", ...(output.seeds.length > 1 ? output.seeds.map((seed) => join("agents", `seed-${seed}`)) : [])];
  const names = folders.flatMap((folder) => ["policy-best", "policy-last"].map((name) => join(folder, name)));
  const policies = names.filter((name) => existsSync(join(dir, `${name}.json`))).map((name) => storedPolicy(dir, name));
  const command = policies[0]?.command;
  if (command === undefined) throw new StoredResultError(`${dir} holds a training but no policy-last.json; restore it`);
  return renderTraining({ output, device, command, policies, interval });
}

function storedPolicy(dir: string, name: string): StoredPolicyFile & { readonly command: string } {
  const file = `${name}.json`;
  const bin = join(dir, `${name}.bin`);
  if (!existsSync(bin)) throw new StoredResultError(`${dir} holds ${file} but no ${name}.bin; restore it`);
  try {
    const policy = unpackPolicy(readFileSync(join(dir, file), "utf8"), readFileSync(bin));
    return { file, steps: policy.about.steps, sha256: policySha256(policy), command: policy.about.command };
  } catch (error) {
    throw error instanceof CheckpointError ? new StoredResultError(`${join(dir, file)}: ${error.message}`) : error;
  }
}
