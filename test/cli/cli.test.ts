import { strict as assert } from "node:assert";
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { COMMANDS } from "../../src/cli/commands.ts";
import { CliCase } from "./cli-case.ts";

describe("cybertwin", () => {
  let cli: CliCase;
  beforeEach(() => {
    cli = new CliCase();
  });
  afterEach(() => cli.remove());

  describe("command line", () => {
    it("lists every command in its help, and nothing else", async () => {
      const { code, out } = await cli.run("--help");
      const listed = [...out.matchAll(/^ {2}([a-z]+) {2,}/gm)].map((match) => match[1]);
      assert.equal(code, 0);
      assert.deepEqual(listed, Object.keys(COMMANDS));
      assert.deepEqual(await cli.run(), { code, out, err: "" });
    });

    it("prints the version of package.json", async () => {
      const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
      assert.equal((await cli.run("--version")).out, `${version}\n`);
    });

    for (const name of Object.keys(COMMANDS)) {
      it(`${name} --help shows its options`, async () => {
        const { code, out, err } = await cli.run(name, "--help");
        const command = await COMMANDS[name]?.load();
        assert.deepEqual([code, err], [0, ""]);
        assert.ok(out.startsWith(`cybertwin ${name}`), out);
        for (const option of Object.keys(command?.options ?? {})) assert.ok(out.includes(`--${option}`), option);
      });
    }

    const wrong: readonly (readonly [argv: readonly string[], message: string])[] = [
      [["rnu"], 'Unknown command "rnu". Did you mean "run"? See `cybertwin --help`.\n'],
      [["toString"], 'Unknown command "toString". See `cybertwin --help`.\n'],
      [["run"], "Missing <scenario.yaml>. See `cybertwin run --help`.\n"],
      [["run", "a", "b"], 'Unexpected "b". See `cybertwin run --help`.\n'],
      [["run", "a", "--sed", "1"], 'Unknown option --sed. Did you mean "seed"? See `cybertwin run --help`.\n'],
      [["run", "a", "-x"], "Unknown option -x. See `cybertwin run --help`.\n"],
      [["run", "a", "--seed"], "Not enough arguments following: seed. See `cybertwin run --help`.\n"],
      [["run", "a", "--seed", "1.5"], '--seed must be a whole number of at least 0, got "1.5".\n'],
      [["run", "a", "--seed=-1"], '--seed must be a whole number of at least 0, got "-1".\n'],
      [["run", "a", "--seed", "1", "--seed", "2"], "--seed is given 2 times. See `cybertwin run --help`.\n"],
      [["run", "a", "--seed", "1", "--seeds", "1..2"], "--seed and --seeds exclude each other.\n"],
      [["run", "a", "--seeds", "3..1"], '--seeds counts upwards, got "3..1".\n'],
      [["run", "a", "--seeds", "1,2,1"], '--seeds names a seed twice: "1,2,1".\n'],
      [["run", "a", "--seeds", "1...3"], '--seeds must be a whole number of at least 0, got ".3".\n'],
      [["run", "a", "--seeds", "1..2..3"], '--seeds must look like 1..20 or 1,3,5, got "1..2..3".\n'],
      [["run", "a", "--workers", "0"], '--workers must be a whole number of at least 1, got "0".\n'],
      [["run", "a", "--force"], "--force goes with --out.\n"],
      [["schema", "scenari"], 'There is no schema "scenari". Did you mean "scenario"? There are: scenario, sweep.\n'],
      [["list", "fault"], 'There are no kinds "fault". Did you mean "faults"? There are: faults.\n'],
      [["bench", "kernel", "--trace", "requests.csv"], "--trace goes with serving: cybertwin bench serving --trace FILE.\n"],
      [["bench", "kernal"], 'There is no benchmark "kernal". Did you mean "kernel"? There are: kernel'],
      [
        ["report", "nowhere"],
        "nowhere holds no run, no sweep and no training: there is no summary.json, sweep.json or training.json. Make one with `cybertwin run scenario.yaml --out DIR`.\n",
      ],
    ];
    for (const [argv, message] of wrong) {
      it(`answers 2 to: ${argv.join(" ")}`, async () => {
        const { code, out, err } = await cli.run(...argv);
        assert.equal(err.slice(0, message.length), message);
        assert.deepEqual([code, out], [2, ""]);
      });
    }

    it("names --format's choices", async () => {
      const { code, err } = await cli.run("run", "a", "--format", "xml");
      assert.equal(code, 2);
      assert.match(err, /Given: "xml", Choices: "table", "json"/);
    });
  });

  describe("run", () => {
    const seeded = { name: "toy", seed: 5 };

    it("prints the table, and warnings apart from it", async () => {
      assert.deepEqual(await cli.run("run", cli.scenario(seeded)), { code: 0, out: "toy\n", err: "toy.json: a warning\n" });
      assert.deepEqual(await cli.run("run", cli.scenario(seeded), "--quiet"), { code: 0, out: "toy\n", err: "" });
    });

    const seedCases: readonly (readonly [flags: readonly string[], seeds: readonly number[]])[] = [
      [[], [5]],
      [["--seed", "7"], [7]],
      [
        ["--seeds", "1..3"],
        [1, 2, 3],
      ],
      [
        ["--seeds", "9,2,4..5"],
        [9, 2, 4, 5],
      ],
    ];
    for (const [flags, seeds] of seedCases) {
      it(`runs the seeds ${seeds.join(", ")} for: ${flags.join(" ") || "no flag"}`, async () => {
        const { out } = await cli.run("run", cli.scenario(seeded), "--format", "json", "--workers", "1", ...flags);
        assert.deepEqual((JSON.parse(out) as { seeds: number[] }).seeds, seeds);
      });
    }

    describe("with precision", () => {
      const seedsOf = (out: string): number[] => (JSON.parse(out) as { seeds: number[] }).seeds;
      const precision = { metric: "x_s", relative: 0.02, maxRuns: 12 };

      it("says when the mean is known well enough", async () => {
        // The fake measures the seed: 1000 to 1009 lie close together. 2.262 x 3.028 / sqrt(10) = 2.166 of 1004.5.
        const file = cli.scenario({ name: "toy", seed: 1000, precision });
        const { code, out, err } = await cli.run("run", file, "--format", "json", "--workers", "1");
        assert.deepEqual([code, seedsOf(out).length, seedsOf(out)[9]], [0, 10, 1009]);
        assert.match(err, /\nStopped after 10 runs: ±0\.216 % of the mean of x_s\.\n$/);
        assert.equal((await cli.run("run", file, "--workers", "1", "--quiet")).err, "");
      });

      it("says that the cap came first, and answers 0", async () => {
        // 1 to 12: 2.201 x 3.606 / sqrt(12) = 2.291 of 6.5.
        const file = cli.scenario({ name: "toy", seed: 1, precision });
        const { code, out, err } = await cli.run("run", file, "--format", "json", "--workers", "1");
        assert.deepEqual([code, seedsOf(out).length], [0, 12]);
        assert.match(err, /\nNot within 2 % after 12 runs: ±35\.2 % of the mean of x_s\.\n$/);
      });

      for (const flags of [
        ["--seed", "4"],
        ["--seeds", "4..6"],
      ]) {
        it(`gives way to ${flags[0]}, with a warning`, async () => {
          const file = cli.scenario({ name: "toy", seed: 1, precision });
          const { out, err } = await cli.run("run", file, "--format", "json", "--workers", "1", ...flags);
          assert.deepEqual(seedsOf(out), flags[0] === "--seed" ? [4] : [4, 5, 6]);
          assert.equal(err, `toy.json: a warning\ntoy.json: precision is ignored: ${flags[0]} says which runs there are.\n`);
        });
      }
    });

    it("hands every --set on, in order", async () => {
      const { out } = await cli.run(
        "run",
        cli.scenario(seeded),
        "--set",
        "seed=1",
        "--set",
        'name="b"',
        "--set",
        "seed=3",
        "--format",
        "json",
      );
      assert.deepEqual((JSON.parse(out) as { seeds: number[] }).seeds, [3]);
    });

    it("draws no seed in secret", async () => {
      const { code, out, err } = await cli.run("run", cli.scenario({ name: "toy" }), "--quiet");
      assert.deepEqual([code, out], [2, ""]);
      assert.equal(
        err,
        "toy.json has no seed, and none is drawn in secret. Give one with --seed 1, several with --seeds 1..20, or write `seed: 1` into the scenario.\n",
      );
    });

    it("prints all problems of a wrong file, without a stack", async () => {
      const answer = await cli.run("run", cli.scenario("nonsense", "bad.json"));
      assert.deepEqual(answer, { code: 2, out: "", err: "bad.json:1:1: not an object.\nbad.json:2:3: another problem.\n" });
    });

    it("answers 1 and says which expectation is missed", async () => {
      const expect = [
        { metric: "x_s", max: 4 },
        { metric: "x_s", min: 1, max: 9 },
        { metric: "y_s", min: 0 },
      ];
      const file = cli.scenario({ ...seeded, expect });
      // The table names what is missed, so stderr only counts; the JSON document does not.
      assert.deepEqual(await cli.run("run", file), { code: 1, out: "toy\n", err: "toy.json: a warning\n2 of 3 expectations missed.\n" });
      assert.deepEqual(await cli.run("run", file, "--quiet"), { code: 1, out: "toy\n", err: "" });
      const { err } = await cli.run("run", file, "--format", "json");
      assert.match(err, /\nExpected x_s to be at most 4, got 5\.\nExpected y_s to be at least 0, got no value\.\n$/);
    });

    it("answers 3 to a broken identity, whatever else is wrong", async () => {
      const { code, err } = await cli.run("run", cli.scenario({ ...seeded, broken: ["energy"], expect: [{ metric: "no" }] }), "--quiet");
      assert.equal(code, 3);
      assert.match(err, /^Identity "energy" is broken at seed 5\.\n\nThis is a bug in cybertwin\. Please report it/);
    });

    it("answers 3 to a bug, with its stack", async () => {
      const { code, out, err } = await cli.run("run", cli.scenario({ ...seeded, crash: true }), "--quiet");
      assert.deepEqual([code, out], [3, ""]);
      assert.match(err, /^Error: the world broke\n {4}at .*runSeed .*[\s\S]*Please report it/);
    });

    it("writes --out, and refuses to write over it before anything runs", async () => {
      const file = cli.scenario(seeded);
      assert.equal((await cli.run("run", file, "--out", "deep/run")).code, 0);
      assert.ok(existsSync(join(cli.folder, "deep/run/summary.json")));
      const again = await cli.run("run", cli.scenario({ ...seeded, crash: true }), "--out", "deep/run");
      assert.equal(again.err, "--out deep/run exists. Choose another folder, or overwrite it with --force.\n");
      assert.equal(again.code, 2);
      assert.equal((await cli.run("run", cli.scenario(seeded), "--out", "deep/run", "--force")).code, 0);
    });
  });

  it("answers 2, with one line, to a folder it may not replace and a file that is not there", async () => {
    const file = cli.scenario({ name: "toy", seed: 1, crash: true });
    assert.deepEqual(await cli.run("run", file, "--out", "precious"), { code: 2, out: "", err: "precious holds no result.\n" });
    assert.deepEqual(await cli.run("run", "none.json"), { code: 2, out: "", err: `${join(cli.folder, "none.json")} does not exist.\n` });
  });

  it("prints the result of a run whose folder cannot be written, and answers 2", async () => {
    const file = cli.scenario({ name: "toy", seed: 1 });
    const { code, out, err } = await cli.run("run", file, "--out", "full", "--quiet");
    assert.deepEqual({ code, out, err }, { code: 2, out: "toy\n", err: "the disk is full.\n" });
    const empty = await cli.run("run", file, "--out", "");
    assert.deepEqual(empty, { code: 2, out: "", err: "--out names no folder. Hint: --out out/my-run.\n" });
  });

  describe("the others", () => {
    it("validate checks all files and answers 2 if one is wrong", async () => {
      const good = cli.scenario({ name: "toy" });
      const bad = cli.scenario("nonsense", "bad.json");
      const { code, out, err } = await cli.run("validate", bad, good);
      assert.deepEqual([code, out], [2, "toy.json: valid\n"]);
      assert.equal(err, "bad.json:1:1: not an object.\nbad.json:2:3: another problem.\ntoy.json: a warning\n");
    });

    it("schema prints JSON", async () => {
      assert.deepEqual(JSON.parse((await cli.run("schema")).out), { type: "object" });
    });

    it("list shows kinds with their fields", async () => {
      assert.equal((await cli.run("list")).out, "faults\n  server-crash  A server stops.\n                { mtbf, mttr?, shape=2 }\n");
      const fields = [
        { name: "mtbf", required: true },
        { name: "mttr", required: false },
        { name: "shape", required: false, default: 2 },
      ];
      assert.deepEqual(JSON.parse((await cli.run("list", "--format", "json")).out), {
        cybertwin: "0.0.0-test",
        lists: [{ name: "faults", kinds: [{ kind: "server-crash", doc: "A server stops.", fields }] }],
      });
    });

    it("report makes the page of a folder again", async () => {
      await cli.run("run", cli.scenario({ name: "toy", seed: 5 }), "--out", "run");
      const { code, out } = await cli.run("report", "run");
      assert.deepEqual([code, out], [0, `${join(cli.folder, "run/report.html")}\n`]);
      assert.equal(readFileSync(join(cli.folder, "run/report.html"), "utf8"), "<h1>toy</h1>");
      assert.equal((await cli.run("report", "run", "--out", "page.html")).code, 0);
      assert.equal(
        (await cli.run("report", "run", "--out", "page.html")).err,
        "--out page.html exists. Choose another file, or overwrite it with --force.\n",
      );
    });

    it("report does not take an empty folder for a run", async () => {
      mkdirSync(join(cli.folder, "empty"));
      assert.equal((await cli.run("report", "empty")).code, 2);
    });

    it("doctor names what a bug report needs", async function () {
      this.timeout(60_000);
      const { code, out } = await cli.run("doctor");
      assert.equal(code, 0);
      for (const word of [process.version, "0.0.0-test", "piscina", "browser", `${cli.folder} is writable`]) {
        assert.ok(out.includes(word), word);
      }
      assert.match(out, /^backends {3}wasm \(default\): TensorFlow\.js [\d.]+, WebAssembly with SIMD, one thread$/m);
      const { cybertwin, node, backends, ...rest } = JSON.parse((await cli.run("doctor", "--format", "json")).out);
      assert.deepEqual([cybertwin, node], ["0.0.0-test", process.version]);
      assert.deepEqual(Object.keys(backends), ["wasm", "cpu", "webgpu", "tensorflow"]);
      assert.deepEqual(Object.keys(rest), ["system", "processor", "memory", "packages", "browser", "folder"]);
      assert.match(out, /^ {11}cpu: TensorFlow\.js [\d.]+, plain JavaScript, one thread$/m);
      assert.match(out, /^ {11}webgpu: (?:TensorFlow\.js [\d.]+, |there is no GPU that WebGPU can use: Install )/m);
      assert.match(out, /^ {11}tensorflow: (?:TensorFlow\.js [\d.]+, |@tensorflow\/tfjs-node-gpu is not installed: npm install )/m);
    });
  });
});
