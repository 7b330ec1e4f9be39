/** The Python package against the built command: its own tests, Gymnasium's checks, and the same bits as in this process. */
import { strict as assert } from "node:assert";
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { rootRng } from "../../src/kernel/index.ts";
import { type Env, NO_MASK } from "../../src/learn/env.ts";
import { sample } from "../../src/learn/spaces.ts";
import { type EnvSource, envOf } from "../../src/scenario/env-source.ts";
import { loadYaml } from "../world/run-yaml.ts";

const PYTHON = resolve("python");
const BIN = resolve("dist/cybertwin.js");
const WITHOUT_NUMPY = join(PYTHON, "tests/without_numpy");
const SCALER = /```yaml\n# scaler\.yaml\n([\s\S]*?)```/.exec(readFileSync("docs/learning.md", "utf8"))?.[1] as string;

interface Call {
  readonly cwd?: string;
  readonly input?: string;
  /** Folders where modules are looked for, before all others. */
  readonly path?: readonly string[];
}

function python(argv: readonly string[], { cwd = PYTHON, input = "", path = [] }: Call = {}) {
  const env = {
    ...process.env,
    CYBERTWIN: `'${process.execPath}' '${BIN}'`,
    PYTHONPATH: [...path, PYTHON].join(process.platform === "win32" ? ";" : ":"),
    PYTHONDONTWRITEBYTECODE: "1",
  };
  return spawnSync("python3", argv, { cwd, input, env, encoding: "utf8" });
}

const has = (module: string): boolean => python(["-c", `import ${module}`]).status === 0;

describe("the Python package", function () {
  this.timeout(180_000);

  before(function () {
    const { status, stdout } = python(["-c", "import sys; print(sys.version_info >= (3, 9))"]);
    if (status === 0 && stdout.trim() === "True") return;
    console.log("      skipped: python3, 3.9 or later, is not installed");
    this.skip();
  });

  function passes(argv: readonly string[], path: readonly string[] = []): void {
    const { status, stderr } = python(["-W", "error", "-m", "unittest", ...argv], { path });
    assert.equal(status, 0, stderr);
    assert.match(stderr, /^Ran [1-9]\d* tests/m);
  }

  it("passes its tests with Python alone", () => passes(["discover", "-s", "tests", "-t", "."], [WITHOUT_NUMPY]));

  it("passes its tests with NumPy", function () {
    if (!has("numpy")) {
      console.log("      skipped: NumPy is not installed");
      this.skip();
    }
    passes(["discover", "-s", "tests", "-t", "."]);
  });

  it("passes Gymnasium's checker", function () {
    if (!has("gymnasium")) {
      console.log("      skipped: Gymnasium is not installed");
      this.skip();
    }
    const { status, stderr } = python(["-m", "unittest", "tests.gymnasium_checks"]);
    assert.equal(status, 0, stderr);
  });

  it("has the version of the program that it speaks with", () => {
    const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
    assert.equal(/^version = "(.*)"$/m.exec(readFileSync("python/pyproject.toml", "utf8"))?.[1], version);
  });

  for (const page of ["python/README.md", "docs/python.md"]) {
    it(`does what ${page} shows`, () => {
      const blocks = [...readFileSync(page, "utf8").matchAll(/```python\n([\s\S]*?)```/g)].map(([, code]) => code);
      assert.ok(blocks.length > 0);
      inFolder((folder) => {
        const { status, stderr } = python(["-W", "error", "-c", blocks.join("\n")], { cwd: folder, path: [WITHOUT_NUMPY] });
        assert.equal(status, 0, stderr);
      });
    });
  }

  const sources: readonly { readonly name: string; readonly source: EnvSource }[] = [
    { name: "CartPole-v1", source: { kind: "task", id: "CartPole-v1" } },
    { name: "Pendulum-v1", source: { kind: "task", id: "Pendulum-v1" } },
    { name: "scaler.yaml", source: { kind: "scenario", spec: loadYaml(SCALER).spec } },
  ];
  for (const { name, source } of sources) {
    for (const laneCount of [1, 3]) {
      it(`plays ${name} to the same bits as in this process, ${laneCount === 1 ? "alone" : `${laneCount} lanes`}`, () => {
        const envs = Array.from({ length: laneCount }, () => envOf(source));
        const stepCount = source.kind === "task" ? 300 : 250; // episodes end: of the scenario after 240 steps
        const actions = drawnActions(envs[0] as Env, laneCount, stepCount);
        const steps = actions.map((row) => row.map((action) => (envs[0]?.actionSpace.kind === "discrete" ? action[0] : [...action])));
        inFolder((folder) => {
          const { status, stdout, stderr } = python(["-m", "tests.rollout", name, `${laneCount}`, "11"], {
            cwd: folder,
            input: JSON.stringify(steps),
          });
          assert.equal(status, 0, stderr);
          assert.deepEqual(stdout.trim().split("\n"), played(envs, actions));
        });
      });
    }
  }
});

function inFolder(work: (folder: string) => void): void {
  const folder = mkdtempSync(join(tmpdir(), "cybertwin-python-"));
  try {
    writeFileSync(join(folder, "scaler.yaml"), SCALER);
    work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** An action for each lane of each step. */
function drawnActions(env: Env, laneCount: number, stepCount: number): readonly (readonly Float32Array[])[] {
  const rng = rootRng(3).fork("actions");
  const drawn = (): Float32Array => {
    const action = new Float32Array(env.actionSpace.slots.length);
    sample(env.actionSpace, rng, action, NO_MASK);
    return action;
  };
  return Array.from({ length: stepCount }, () => Array.from({ length: laneCount }, drawn));
}

/** What python/tests/rollout.py prints: lane i has the seed 11 + i, and goes on to its next episode in the step that ends one. */
function played(envs: readonly Env[], actions: readonly (readonly Float32Array[])[]): readonly string[] {
  const observations = envs.map((env) => new Float32Array(env.observationSpace.slots.length));
  envs.forEach((env, lane) => {
    env.reset(11 + lane, observations[lane] as Float32Array, NO_MASK);
  });
  return actions.map((row) => {
    const [rewards, elapsedS, terminated, truncated]: [number[], number[], number[], number[]] = [[], [], [], []];
    envs.forEach((env, lane) => {
      const observation = observations[lane] as Float32Array;
      const result = env.step(row[lane] as Float32Array, observation, NO_MASK);
      rewards.push(result.reward);
      elapsedS.push(result.elapsedS);
      terminated.push(Number(result.terminated));
      truncated.push(Number(result.truncated));
      if (result.terminated || result.truncated) env.reset(undefined, observation, NO_MASK);
    });
    const parts = [Float64Array.from([...rewards, ...elapsedS]), ...observations, Uint8Array.from([...terminated, ...truncated])];
    return parts.map(({ buffer }) => Buffer.from(buffer).toString("hex")).join("");
  });
}
