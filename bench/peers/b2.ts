/** B2, a station by file: every customer's finish time is checked. */
import { readFileSync } from "node:fs";
import type { Case } from "./case.ts";
import { customers, inputFile, type Rows, rowsText } from "./inputs.ts";
import { type Entry, once, type Run } from "./measure.ts";
import { FOLDER, node, type Program, simgrid, simpy } from "./peer.ts";
import { agreement, fcfsFinishes, latencies, sharingFinishes } from "./reference.ts";

const COUNT = 1_000_000;
const ANSWERS = `${FOLDER}/finishes.bin`;
type Discipline = "fcfs" | "ps";
const RELATIVE: Readonly<Record<Discipline, number>> = { fcfs: 1e-9, ps: 1e-6 };

interface Station {
  readonly file: string;
  readonly cores: number;
  readonly discipline: Discipline;
  readonly rows: Rows;
}

export function* b2(): Generator<Case> {
  const grid = simgrid("queue");
  const py = simpy("queue");
  for (const discipline of ["fcfs", "ps"] as const) {
    for (const cores of [1, 8, 64]) {
      for (const load of [0.5, 0.9]) {
        const rows = customers(cores, load, COUNT);
        const { file, sha256 } = inputFile(FOLDER, `queue-${cores}-${load}.csv`, () => rowsText(rows));
        const station = { file, cores, discipline, rows };
        const skipped: string[] = [];
        const entries: Entry[] = [scenarioEntry(station)];
        const add = (side: string, program: Program, count: number): void => {
          if ("missing" in program) skipped.push(`${side}: ${program.missing}`);
          else entries.push(queueEntry(station, side, program, count));
        };
        if (discipline === "fcfs") {
          add("ours, kernel", node("bench/peers/ours/queue.mjs"), COUNT);
          add("SimPy", py, 100_000);
        } else {
          skipped.push("SimPy: has no processor sharing");
        }
        add("SimGrid, tuned", grid.tuned, discipline === "fcfs" ? 200_000 : 100_000);
        add("SimGrid, defaults", grid.plain, 30_000);
        const name = `M/M/${cores}${discipline === "ps" ? "-PS" : ""}, load ${load}`;
        yield { name, unit: "customers", inputs: { [file]: sha256 }, entries, skipped };
      }
    }
  }
}

const finishesOf = ({ rows, cores, discipline }: Station): Float64Array =>
  (discipline === "fcfs" ? fcfsFinishes : sharingFinishes)(rows, cores);

function first(station: Station, count: number): Station {
  const { arrivalS, workS } = station.rows;
  return { ...station, rows: { arrivalS: arrivalS.subarray(0, count), workS: workS.subarray(0, count) } };
}

function queueEntry(whole: Station, side: string, program: { command: readonly string[]; version: string }, count: number): Entry {
  const station = first(whole, count);
  const right = finishesOf(station);
  const { file, cores, discipline } = station;
  const command = [...program.command, file, `${count}`, `${cores}`, discipline, ANSWERS];
  return { side, version: program.version, command, amount: count, check: () => agree(station, right) };
}

/** Reads what the run before left, and says how it agrees. */
function agree({ rows, discipline }: Station, right: Float64Array): string {
  const bytes = readFileSync(ANSWERS);
  const got = new Float64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length));
  const { ok, wrongCount, relativeMax, ulpMax } = agreement(rows, right, got, RELATIVE[discipline]);
  const { meanS, p99S } = latencies(rows, got);
  const figures = `mean ${meanS.toFixed(6)} s, p99 ${p99S.toFixed(6)} s, error <= ${relativeMax.toExponential(1)} of W, ${ulpMax.toFixed(0)} ulp`;
  if (!ok) throw new Error(`WRONG for ${wrongCount} of ${right.length}: ${figures}`);
  return figures;
}

/** Rows for each customer are not kept in the timed runs: one run before keeps them, and the timed ones must have its event hash. */
function scenarioEntry(station: Station): Entry {
  const right = finishesOf(station);
  const { file, cores, discipline, rows } = station;
  const endS = Math.ceil(right.reduce((last, s) => Math.max(last, s), 0)) + 1;
  const { command: program, version } = node("dist/bench/peers/ours/scenario.js") as { command: string[]; version: string };
  const command = (out: string): readonly string[] => [...program, file, `${COUNT}`, `${cores}`, discipline, out, `${endS}`];
  let checked: { readonly run: Run; readonly figures: string } | undefined;
  const { meanS, p99S } = latencies(rows, right);
  return {
    side: "ours, scenario",
    version,
    command: command("-"),
    amount: COUNT,
    check: (run) => {
      if (checked === undefined) {
        const kept = once(command(ANSWERS));
        checked = { run: kept, figures: agree(station, right) };
      }
      if (run.eventHash !== checked.run.eventHash) throw new Error("WRONG: another event hash than the checked run");
      for (const [got, expected] of [
        [run.meanS, meanS],
        [run.p99S, p99S],
      ] as [number, number][]) {
        if (!(Math.abs(got / expected - 1) < RELATIVE[discipline])) throw new Error(`WRONG: metric ${got}, right: ${expected}`);
      }
      return checked.figures;
    },
  };
}
