/** `cybertwin gate <gate.yaml>...` */
import { appendFile, mkdir } from "node:fs/promises";
import { dirname, relative, resolve } from "node:path";
import { type Baseline, baselineText } from "../experiment/gate/baseline.ts";
import { judgeGate } from "../experiment/gate/judge.ts";
import { ledgerLine, ledgerOf } from "../experiment/gate/ledger.ts";
import { type GateResult, numberText } from "../experiment/gate/output.ts";
import { writeWhole } from "../experiment/write-whole.ts";
import { formatGates, type GateFormat } from "../report/gate.ts";
import type { LoadedGate } from "../scenario/gate/load.ts";
import { mean } from "../stats/index.ts";
import { baselineOf, checkComparable } from "./baseline-file.ts";
import type { Args, Command } from "./command.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";
import { measureAll, WORKERS } from "./measuring.ts";
import { UsageError } from "./usage-error.ts";

export const gate: Command = {
  words: { usage: "<gate.yaml>...", min: 1, max: Infinity },
  options: {
    update: { type: "switch", doc: "Write the baseline anew, and a line in its ledger; not in CI" },
    reason: { type: "text", doc: "Why the baseline changes; goes into the ledger", example: '"trained for the new servers"' },
    workers: WORKERS,
    format: { type: "choice", doc: "What to print", choices: ["table", "json", "junit"], default: "table" },
    quiet: { type: "switch", doc: "No progress and no warnings" },
  },
  run: gateCommand,
};

interface Loaded {
  /** As the user names it. */
  readonly file: string;
  readonly gate: LoadedGate;
  /** Absent where there is none yet. */
  readonly baseline: Baseline | undefined;
}

async function gateCommand(args: Args, io: Io, engine: Engine): Promise<number> {
  const reason = reasonOf(args, io);
  const loaded: Loaded[] = [];
  for (const file of args.words) {
    const one = await engine.loadGate(file, io.cwd);
    loaded.push({ file, gate: one, baseline: baselineOf(one, io.cwd) });
  }
  if (reason === undefined)
    for (const { file, gate: one, baseline } of loaded) checkComparable(file, { gate: one, baseline, subject: subjectOf(one) });
  const asked = loaded.flatMap(({ gate: { policy, heuristic, metric, seeds } }) =>
    [policy, heuristic].map((contestant) => ({ contestant, metric, seeds })),
  );
  const measured = await measureAll(asked, args, io, engine);
  if (measured === undefined) return EXIT.interrupted;
  const now = loaded.map(
    ({ gate: one }, i): Baseline => ({
      subject: subjectOf(one),
      worldVersion: engine.worldVersion(one.contest.kind === "scenario" ? one.contest.scenario.dataSha256 : undefined),
      policySha256: one.policy.stored?.sha256 as string,
      rewards: { policy: [...(measured[2 * i] as readonly number[])], heuristic: [...(measured[2 * i + 1] as readonly number[])] },
    }),
  );
  if (reason !== undefined) {
    for (const [i, each] of loaded.entries()) io.out(await update(each, now[i] as Baseline, reason, io.cwd));
    return EXIT.good;
  }
  const results = loaded.map(({ file, gate: one, baseline }, i): GateResult => {
    const [before, after] = [baseline as Baseline, now[i] as Baseline];
    return {
      file,
      baseline: before,
      now: after,
      judgement: judgeGate(before, after, one.margin),
      command: one.policy.stored?.about.command as string,
    };
  });
  io.out(formatGates(results, args.texts.get("format") as GateFormat, engine.version));
  return results.every(({ judgement }) => judgement.verdict === "ok") ? EXIT.good : EXIT.short;
}

/** Undefined unless baselines are to be written. A pipeline that moved its own bar would never fail. */
function reasonOf({ switches, texts }: Args, io: Io): string | undefined {
  const reason = texts.get("reason")?.trim();
  if (!switches.has("update")) {
    if (reason !== undefined) throw new UsageError("--reason goes with --update.");
    return undefined;
  }
  if (io.inCi) throw new UsageError("--update is refused in CI.", "Run it where you work, and commit the baseline and its ledger.");
  if (reason === undefined || reason === "")
    throw new UsageError("--update needs a reason.", 'Hint: --reason "trained for the new servers".');
  return reason;
}

function subjectOf({ contest, heuristic, metric, seeds }: LoadedGate): Baseline["subject"] {
  const agent = contest.kind === "scenario" ? { agent: contest.agent } : {};
  const { name, sha256 } = contest;
  return { name, sha256, ...agent, heuristic: { ...heuristic.identity }, metric, seeds: [...seeds] };
}

async function update(
  { gate: { baseline: file }, baseline: before }: Loaded,
  after: Baseline,
  reason: string,
  cwd: string,
): Promise<string> {
  const path = resolve(cwd, file);
  const named = relative(cwd, path);
  const text = baselineText(after);
  if (before !== undefined && baselineText(before) === text) return `${named}: nothing changed\n`;
  await mkdir(dirname(path), { recursive: true });
  // The ledger first: a bar that moves without a word of why must not be possible.
  await appendFile(
    ledgerOf(path),
    ledgerLine({ ...(before !== undefined && { before }), after, date: new Date().toISOString().slice(0, 10), reason }),
  );
  await writeWhole(path, text);
  const means = ({ rewards }: Baseline): string =>
    `policy ${numberText(mean(rewards.policy))}, heuristic ${numberText(mean(rewards.heuristic))}`;
  return `${named}: ${means(after)}${before === undefined ? "" : `; before: ${means(before)}`}\n`;
}
