/** A folder with a scenario, a task and stored policies for both, and command lines in it by the real engine. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import { engine } from "../../src/cli/wiring.ts";
import { type PolicyAbout, type PolicyData, packPolicy, spacesOf } from "../../src/learn/policy-file.ts";
import { makeEnv } from "../../src/learn/tasks/index.ts";
import { loadScenario } from "../../src/scenario/index.ts";
import { packed, SCALED } from "../agents/policies.ts";
import { type Answer, CliCase } from "./cli-case.ts";

/** Pushes by the sign of weights x (position, speed, angle, turn); a categorical policy has a logit for either way. */
export const leaning = (...weights: readonly number[]): PolicyData => ({
  kind: "categorical",
  network: {
    architecture: { kind: "sequential", inputs: 4, layers: [{ kind: "dense", units: 2, activation: "linear" }] },
    // Row by row for each input, then the biases: left gets the opposite of right.
    weights: Float32Array.from([...weights.flatMap((weight) => [-weight, weight]), 0, 0]),
    statistics: new Float32Array(0),
  },
});

const TASK_ABOUT: PolicyAbout = {
  algorithm: { kind: "ppo", options: {} },
  environment: "CartPole-v1",
  ...spacesOf(makeEnv("CartPole-v1")),
  ...{ trainingSeeds: [1000, 7], tuningSeeds: [2000], steps: 1, meanReturn: null },
  ...{ command: "cybertwin train pole.yaml", cybertwin: "0.1.0" },
};

export const TASK_GATE = `task: CartPole-v1
policy: pole.json
heuristic: { kind: state-feedback }
seeds: 3001..3010
baseline: pole.baseline.json
`;

export class GateCase extends CliCase {
  inCi = false;

  constructor() {
    super();
    this.scaled(SCALED);
    this.pole(leaning(0.5, 1, 10, 3));
    this.scenario(TASK_GATE, "pole.yaml");
  }

  /** Another scenario, and a policy for it. */
  scaled(text: string): void {
    this.scenario(text, "scaled.yaml");
    const { spec } = loadScenario(join(this.folder, "scaled.yaml"), reads(this.folder));
    this.#write("mine", packed(spec));
  }

  /** Another policy for the task. */
  pole(data: PolicyData, changed: Partial<PolicyAbout> = {}): void {
    this.#write("pole", packPolicy({ ...TASK_ABOUT, ...changed }, data));
  }

  #write(name: string, { manifest, weights }: ReturnType<typeof packPolicy>): void {
    writeFileSync(join(this.folder, `${name}.json`), manifest);
    writeFileSync(join(this.folder, `${name}.bin`), weights);
  }

  read(name: string): string {
    return readFileSync(join(this.folder, name), "utf8");
  }

  override async run(...argv: readonly string[]): Promise<Answer> {
    const { io, said } = this.listen();
    const workers = ["gate", "evaluate", "run"].includes(argv[0] as string) ? ["--workers", "1"] : [];
    const code = await runCli([...argv, ...workers], { ...io, inCi: this.inCi }, async () => engine());
    return { code, ...said };
  }
}

function reads(cwd: string) {
  return {
    cwd,
    read: (file: string) => readFileSync(file, "utf8"),
    catalogue: { dir: "catalogue" },
  };
}
