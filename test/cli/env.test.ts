/** `env serve` as a process: what it says where, and how it ends. */
import { strict as assert } from "node:assert";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { CliCase } from "./cli-case.ts";

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));
const SCENARIO = `name: scaled
duration: 2 min
sites: { west: { servers: { kind: small-8c } } }
workloads:
  web: { kind: service, work: { kind: exponential, mean: 5 ms }, arrivals: { kind: poisson, rate: 100 req/s }, slo: { latency: 1 s } }
controllers:
  mine: { kind: external, target: { workload: web }, period: 30 s, observe: [replicas], act: [{ kind: replicas, max: 4 }], reward: replicas }
`;

describe("env serve", function () {
  this.timeout(30_000);
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
  });
  afterEach(() => cli.remove());

  function serve(input: Uint8Array | string, ...argv: readonly string[]) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, "env", ...argv], { cwd: cli.folder, input });
    return { status, out: stdout.toString("latin1"), err: stderr.toString() };
  }

  it("ends well when its input does, and has said nothing but the greeting", () => {
    const { status, out, err } = serve("", "serve", cli.scenario(SCENARIO, "scaled.yaml"), "--set", "controllers.mine.period=20 s");
    assert.deepEqual([status, err], [0, ""]);
    const { name, lanes, autoreset, stepS } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual({ name, lanes, autoreset, stepS }, { name: "scaled/mine", lanes: 1, autoreset: "Disabled", stepS: 20 });
  });

  it("serves the one of several agents that is named", () => {
    const [, mine = ""] = /controllers:\n(.*\n)/.exec(SCENARIO) ?? [];
    cli.scenario(`${SCENARIO}${mine.replace("mine:", "hers:").replace("30 s", "40 s")}`, "two.yaml");
    const { status, out, err } = serve("", "serve", "two.yaml", "--agent", "hers");
    assert.deepEqual([status, err], [0, ""]);
    const { name, stepS } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual({ name, stepS }, { name: "scaled/hers", stepS: 40 });
    const hint = "Hint: --agent mine; there are: mine, hers.\n";
    assert.equal(serve("", "serve", "two.yaml").err, `two.yaml has 2 controllers of kind "external", and one is served. ${hint}`);
    const other = serve("", "serve", "two.yaml", "--agent", "mien");
    assert.deepEqual(
      [other.status, other.err],
      [2, `--agent mien: two.yaml has no such controller of kind "external". Did you mean "mine"? ${hint}`],
    );
  });

  it("serves tasks by their id, several in a batch", () => {
    const { status, out } = serve("", "serve", "CartPole-v1", "--lanes", "3");
    const { name, lanes, autoreset } = JSON.parse(out) as Record<string, unknown>;
    assert.deepEqual({ status, name, lanes, autoreset }, { status: 0, name: "CartPole-v1", lanes: 3, autoreset: "SameStep" });
  });

  it("ends with 2 where the stream is out of step", () => {
    const { status, out, err } = serve(Uint8Array.of(2, 0, 0, 0, 255, 255, 0, 0), "serve", "CartPole-v1");
    assert.equal(status, 2);
    assert.match(
      err,
      /^Broken input: a frame of kind 2 says that its body has 65535 bytes, at most 8 are possible; the stream is out of step\.\n$/,
    );
    assert.ok(out.endsWith("the stream is out of step"));
  });

  it("ends with 130 when it is interrupted", async () => {
    const child = spawn(process.execPath, [MAIN, "env", "serve", "CartPole-v1"], { stdio: ["pipe", "pipe", "pipe"] });
    await once(child.stdout, "data");
    child.kill("SIGINT");
    assert.deepEqual(await once(child, "close"), [130, null]);
  });

  const refusals: readonly (readonly [string, readonly string[], RegExp])[] = [
    [
      "neither a file nor a task",
      ["serve", "CartPole"],
      /^There is no scenario and no task "CartPole"\. Did you mean "CartPole-v1"\? Tasks are: /,
    ],
    ["a task of several agents", ["serve", "TwoStepGame-v0"], /^TwoStepGame-v0 has several agents; served are environments of one\./],
    ["values of a task", ["serve", "CartPole-v1", "--set", "a=1"], /^CartPole-v1 is a task, not a scenario: it has no values for --set\./],
    ["a seed, which comes by reset", ["serve", "CartPole-v1", "--seed", "1"], /^Unknown option --seed\./],
    ["no lanes", ["serve", "CartPole-v1", "--lanes", "0"], /^--lanes must be a whole number of at least 1, got "0"\./],
    ["too many lanes", ["serve", "CartPole-v1", "--lanes", "4097"], /^--lanes must be at most 4096, got 4097\./],
    ["an agent of a task", ["serve", "CartPole-v1", "--agent", "mine"], /^--agent mine: a task has one agent, and it needs no name\./],
    ["a server of nothing", ["serve"], /^Missing <scenario\.yaml \| task>\. See `cybertwin env --help`\.\n$/],
    ["no word at all", [], /^Missing serve <scenario\.yaml \| task>\. /],
    ["another word", ["sreve", "CartPole-v1"], /^There is no "env sreve"\. Did you mean "serve"\?/],
  ];
  for (const [what, argv, message] of refusals) {
    it(`refuses ${what}`, () => {
      const { status, out, err } = serve("", ...argv);
      assert.deepEqual([status, out], [2, ""]);
      assert.match(err, message);
    });
  }

  it("refuses a scenario in which nobody decides from outside", () => {
    const { status, out, err } = serve("", "serve", cli.scenario(SCENARIO.replace(/controllers:[\s\S]*/, ""), "alone.yaml"));
    assert.deepEqual([status, out], [2, ""]);
    assert.match(err, /^scaled has no controller of kind "external" to decide for; add one/);
  });
});
