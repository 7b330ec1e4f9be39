/** The one place that touches the real process: its streams, its signals, its exit code. */
import { addAbortSignal } from "node:stream";
import { runCli } from "./cli.ts";
import type { Engine } from "./engine.ts";
import { EXIT } from "./exit-code.ts";
import type { Io } from "./io.ts";

export async function runProcess(loadEngine: () => Promise<Engine>): Promise<void> {
  // A reader that has seen enough (`| head`) is no error; what remains to be said goes nowhere.
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", (error: NodeJS.ErrnoException) => {
      if (error.code === "EPIPE") return;
      if (stream === process.stdout) process.stderr.write(`stdout cannot be written: ${error.message}\n`);
      process.exit(EXIT.input);
    });
  }
  process.exitCode = await runCli(process.argv.slice(2), processIo(), loadEngine);
  process.stdout.write("", () => void setTimeout(() => process.exit(), DRIVER_PATIENCE_MS).unref());
}

/** All is said and done by then; what is left are threads of GPU drivers, which would keep the process for ever. */
const DRIVER_PATIENCE_MS = 1000;

function processIo(): Io {
  return {
    out: (text) => void process.stdout.write(text),
    err: (text) => void process.stderr.write(text),
    outBytes: (bytes) => new Promise((resolve) => process.stdout.write(bytes, () => resolve())), // faults of stdout are heard above
    input: (signal) => addAbortSignal(signal, process.stdin),
    cwd: process.cwd(),
    errIsTerminal: process.stderr.isTTY === true,
    inCi: !["", "0", "false"].includes(process.env.CI ?? ""),
    catchInterrupt,
  };
}

function catchInterrupt(meaning = "keeping what there is"): AbortSignal {
  const control = new AbortController();
  process.once("SIGINT", () => {
    process.stderr.write(`\nInterrupted: ${meaning}. Interrupt again to stop at once.\n`);
    control.abort();
  });
  return control.signal;
}
