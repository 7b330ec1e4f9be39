/** Every command, with the line that the help shows. Loaded on demand, so that one command does not pay for another. */
import type { Command } from "./command.ts";

export interface CommandEntry {
  readonly doc: string;
  load(): Promise<Command>;
}

export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  run: { doc: "Run a scenario: latency, joules, grams, each with its interval", load: async () => (await import("./run.ts")).run },
  sweep: {
    doc: "Run a scenario at many points, each with many seeds; goes on after a kill",
    load: async () => (await import("./sweep.ts")).sweep,
  },
  train: {
    doc: "Train a policy in a scenario or on a task; goes on after a kill",
    load: async () => (await import("./train.ts")).train,
  },
  evaluate: {
    doc: "Measure a trained policy or a heuristic over seeds, alone or against another",
    load: async () => (await import("./evaluate.ts")).evaluate,
  },
  gate: {
    doc: "Does a policy still earn what it did? For CI: knows when the world moved",
    load: async () => (await import("./gate.ts")).gate,
  },
  validate: { doc: "Check files without running them; all problems at once", load: async () => (await import("./validate.ts")).validate },
  schema: {
    doc: "Print the JSON Schema of scenario, sweep, training or gate files, for editors",
    load: async () => (await import("./schema.ts")).schema,
  },
  list: { doc: "Every registered kind, with its fields", load: async () => (await import("./list.ts")).list },
  verify: {
    doc: "Closed forms of theory against scenarios: expected, observed, interval, verdict",
    load: async () => (await import("./verify.ts")).verify,
  },
  reproduce: {
    doc: "Figures from scenarios: table, picture and verdict of each",
    load: async () => (await import("./reproduce.ts")).reproduce,
  },
  env: {
    doc: "Serve environments to learn in, a scenario's or a task's, over stdin and stdout: the Gymnasium protocol, in batches",
    load: async () => (await import("./env.ts")).env,
  },
  import: {
    doc: "Turn a public trace into a table of requests; says what was dropped",
    load: async () => (await import("./import.ts")).importTrace,
  },
  report: { doc: "Make the HTML page of a run's or a sweep's folder again", load: async () => (await import("./report.ts")).report },
  doctor: { doc: "Versions, backends and what is missing", load: async () => (await import("./doctor.ts")).doctor },
  bench: { doc: "The hot paths against bare loops, as ratios", load: async () => (await import("./bench.ts")).bench },
};
