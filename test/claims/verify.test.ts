/** The loop and the command around it. */
import { strict as assert } from "node:assert";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Case, Claim, Verdict } from "../../src/claims/claim.ts";
import { exact, exactAtMost } from "../../src/claims/exact.ts";
import { runClaims, THEORY, toClaimsCsv, toClaimsJson, toClaimsMarkdown, toClaimsTable } from "../../src/claims/index.ts";
import { replicate } from "../../src/claims/replicate.ts";
import { ofS, openControls, station } from "../../src/claims/theory/station.ts";
import type { Args } from "../../src/cli/command.ts";
import { verifyClaims } from "../../src/cli/verify.ts";
import { CliCase } from "../cli/cli-case.ts";

/** An M/M/1 at load 0.3 whose mean latency is 1/0.7 s; the claim may say otherwise. */
const claimed = (id: string, expected: number): Claim => ({
  id,
  title: "one server",
  source: "a test",
  cases: [
    {
      tier: "quick",
      check: (lab) =>
        replicate(lab, {
          parameters: "load 0.3",
          setting: station({ name: "tried", load: 0.3, durationS: 40_000 }),
          controls: openControls({ load: 0.3 }),
          rows: [{ id: "latency_mean", of: ofS("latency_mean_s"), unit: "s", expected, margin: 0.01 }],
        }),
    },
  ],
});

const argsOf = (...words: readonly string[]): Args => ({
  words,
  switches: new Set<string>(),
  texts: new Map([
    ["tier", "quick"],
    ["format", "json"],
    ["workers", "1"],
  ]),
  lists: new Map(),
});

async function verify(claims: readonly Claim[], ...words: readonly string[]): Promise<{ code: number; out: string; err: string }> {
  const said = { out: "", err: "" };
  const io = {
    out: (text: string) => {
      said.out += text;
    },
    err: (text: string) => {
      said.err += text;
    },
    outBytes: async () => {},
    input: async function* () {},
    cwd: ".",
    errIsTerminal: false,
    inCi: false,
    catchInterrupt: () => new AbortController().signal,
  };
  const code = await verifyClaims(claims, argsOf(...words), io);
  return { code, ...said };
}

describe("verify", function () {
  this.timeout(60_000);

  it("answers 0 to a claim that holds, with the contract's document", async () => {
    const { code, out, err } = await verify([claimed("held", 1 / 0.7)]);
    const { claims } = JSON.parse(out) as { claims: readonly Verdict[] };
    assert.deepEqual([code, err], [0, ""]);
    assert.deepEqual(
      claims.map(({ id, verdict }) => [id, verdict]),
      [
        ["held.latency_mean", "pass"],
        ["identities.broken", "pass"],
      ],
    );
    const keys = ["id", "parameters", "value", "expected", "low", "high", "unit", "verdict", "reason"];
    assert.deepEqual(Object.keys(claims[0] as Verdict), keys);
  });

  it("answers 1 to a claim whose expected value is broken, and names the row", async () => {
    const { code, err } = await verify([claimed("held", 1 / 0.7), claimed("broken", 1.5)]);
    assert.equal(code, 1);
    assert.match(err, /^broken\.latency_mean misses: expected 1\.5, got 1\.4\d+ \(not within 1 %, \d+ runs\)\.\n$/);
  });

  it("checks only the claims that are named", async () => {
    const { code, out } = await verify([claimed("held", 1 / 0.7), claimed("broken", 2)], "held");
    assert.equal(code, 0);
    assert.ok(!out.includes("broken.latency"));
    await assert.rejects(verify([claimed("held", 1)], "helt"), /There is no claim "helt"\. Did you mean "held"\?/);
  });

  it("gives the same rows with one worker and with two", async () => {
    const plan = { claims: [claimed("held", 1 / 0.7)], tier: "quick" as const };
    assert.equal(toClaimsJson(await runClaims({ ...plan, workers: 1 })), toClaimsJson(await runClaims({ ...plan, workers: 2 })));
  });

  it("runs what is quick in both tiers, and the rest in the full one", async () => {
    const row = (id: string): Verdict => exact({ id, parameters: "", value: 1, expected: 1, unit: "1", relative: 0 });
    const each = (tier: Case["tier"]): Case => ({ tier, check: async () => [row(tier)] });
    const claim: Claim = { id: "c", title: "", source: "", cases: [each("quick"), each("full")] };
    const ids = async (tier: Case["tier"]) => (await runClaims({ claims: [claim], tier, workers: 1 })).map(({ id }) => id);
    assert.deepEqual(await ids("quick"), ["c.quick", "identities.broken"]);
    assert.deepEqual(await ids("full"), ["c.quick", "c.full", "identities.broken"]);
    await assert.rejects(runClaims({ claims: [claim, claim], tier: "quick", workers: 1 }), /two rows are called c\.quick/);
  });

  it("counts a claim that cannot be tried as a miss, says why, and goes on", async () => {
    const check = async (): Promise<never> => {
      throw new Error("the world broke");
    };
    const { code, err, out } = await verify([
      { ...claimed("first", 1), cases: [{ tier: "quick", check }] },
      THEORY.find(({ id }) => id === "dvfs") as Claim,
    ]);
    assert.deepEqual([code, err], [1, "first.case-1 misses: expected null, got null (could not be tried: the world broke).\n"]);
    assert.ok(out.includes('"dvfs.best_clock"'));
  });

  it("lets nothing but rounding stand between exact numbers", () => {
    const row = { id: "x", parameters: "", unit: "J" };
    assert.equal(exact({ ...row, value: 1 + 5e-10, expected: 1, relative: 1e-9 }).verdict, "pass");
    assert.equal(exact({ ...row, value: 1 + 2e-9, expected: 1, relative: 1e-9 }).verdict, "miss");
    assert.equal(exactAtMost({ ...row, value: 1, bound: 1 }).verdict, "pass");
    assert.equal(exactAtMost({ ...row, value: 1.1, bound: 1 }).verdict, "miss");
  });

  it("prints tables for people, and files", () => {
    const row = exact({ id: "c.x", parameters: 'say "a", b', value: 2, expected: 2, unit: "J", relative: 0 });
    const claim: Claim = { id: "c", title: "A title", source: "a source", cases: [] };
    assert.match(toClaimsTable([row]), /^claim +parameters +expected .*\nc\.x +say "a", b +2 +2 +exact +J +pass\n$/);
    assert.ok(toClaimsCsv([row]).includes('c.x,"say ""a"", b",2,2,2,2,J,pass,'));
    assert.match(
      toClaimsMarkdown([claim], [row]),
      /^### A title\n\n`c`: a source\n\n\| claim .*\n.*\n\| c\.x \| say "a", b \| 2 \| 2 \| exact \| J \| pass \|/,
    );
  });

  describe("on the command line", () => {
    let cli: CliCase;
    beforeEach(() => {
      cli = new CliCase();
    });
    afterEach(() => cli.remove());

    it("lists every claim", async () => {
      const { code, out } = await cli.run("verify", "--list");
      assert.equal(code, 0);
      assert.deepEqual(
        out
          .trimEnd()
          .split("\n")
          .map((line) => line.split(" ")[0]),
        THEORY.map(({ id }) => id),
      );
      assert.equal((await cli.run("verify", "m-m-2")).code, 2);
    });

    it("writes the table as files", async () => {
      assert.equal((await cli.run("verify", "dvfs", "--out", "proof", "--workers", "1")).code, 0);
      for (const file of ["table.csv", "table.md", "verdict.json"]) assert.ok(existsSync(join(cli.folder, "proof", file)), file);
      assert.ok(readFileSync(join(cli.folder, "proof/table.csv"), "utf8").includes("dvfs.best_clock,"));
    });
  });
});
