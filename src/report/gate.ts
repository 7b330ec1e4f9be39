/** What gates said: for the terminal, as JSON, and as JUnit's XML, which the pages of CI services read. */
import { explain, type GateResult, numberText } from "../experiment/gate/output.ts";
import { mean } from "../stats/index.ts";
import { aligned } from "./aligned.ts";
import { escapeText } from "./escape.ts";
import { refuseBadNumbers } from "./to-json.ts";

export type GateFormat = "table" | "json" | "junit";

export function formatGates(results: readonly GateResult[], format: GateFormat, version: string): string {
  switch (format) {
    case "table":
      return toTable(results);
    case "json":
      return toJson(results, version);
    case "junit":
      return toJunit(results);
  }
}

function toTable(results: readonly GateResult[]): string {
  const rows = results.map(({ file, judgement: { verdict, advantage }, now: { rewards, subject } }) => [
    ...[file, verdict, numberText(mean(rewards.policy)), numberText(mean(rewards.heuristic))],
    ...[numberText(advantage.now), numberText(advantage.before), String(subject.seeds.length)],
  ]);
  const head = ["gate", "verdict", "policy", "heuristic", "advantage", "in the baseline", "seeds"];
  const said = results.flatMap((result) => ["", result.file, ...explain(result).map((line) => `  ${line}`)]);
  return `${[...aligned(head, rows), ...said].join("\n")}\n`;
}

function toJson(results: readonly GateResult[], version: string): string {
  const gates = results.map((result) => {
    const { file, judgement, baseline, now } = result;
    const { differing, ...judged } = judgement;
    return {
      gate: file,
      ...judged,
      differing: {
        policy: differing.policy.map((i) => now.subject.seeds[i]),
        heuristic: differing.heuristic.map((i) => now.subject.seeds[i]),
      },
      said: explain(result),
      subject: now.subject,
      baseline: sidesOf(baseline),
      now: sidesOf(now),
    };
  });
  const document = { cybertwin: version, gates };
  refuseBadNumbers(document, "");
  return `${JSON.stringify(document, null, 2)}\n`;
}

function sidesOf({ worldVersion, policySha256, rewards: { policy, heuristic } }: GateResult["now"]) {
  return { worldVersion, policySha256, policyMean: mean(policy), heuristicMean: mean(heuristic) };
}

/** One test case a gate. */
function toJunit(results: readonly GateResult[]): string {
  const failures = results.filter(({ judgement }) => judgement.verdict !== "ok").length;
  const cases = results.map((result) => {
    const { verdict } = result.judgement;
    const said = escapeText(explain(result).join("\n"));
    const body = verdict === "ok" ? `<system-out>${said}</system-out>` : `<failure message="${escapeText(verdict)}">${said}</failure>`;
    return `    <testcase classname="cybertwin gate" name="${escapeText(result.file)}">${body}</testcase>\n`;
  });
  const counts = `tests="${results.length}" failures="${failures}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites ${counts}>\n  <testsuite name="cybertwin gate" ${counts}>\n${cases.join("")}  </testsuite>\n</testsuites>\n`;
}
