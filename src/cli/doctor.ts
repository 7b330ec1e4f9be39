/** `cybertwin doctor`: what a bug report should hold, and what is missing for a feature to work. */
import { execFile, spawnSync } from "node:child_process";
import { accessSync, constants, readFileSync } from "node:fs";
import { arch, availableParallelism, cpus, release, totalmem, type } from "node:os";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { BACKEND_NAMES, DEFAULT_BACKEND } from "../learn/backends/backend.ts";
import type { Command } from "./command.ts";
import { EXIT } from "./exit-code.ts";
import { packageRoot } from "./package-root.ts";

const B_PER_GIB = 1024 * 1024 * 1024;
const BROWSERS = ["chromium", "chromium-browser", "google-chrome"];

export const doctor: Command = {
  words: { usage: "", min: 0, max: 0 },
  options: { format: { type: "choice", doc: "What to print", choices: ["table", "json"], default: "table" } },
  async run(args, io, engine) {
    const found = {
      cybertwin: engine.version,
      node: process.version,
      system: `${type()} ${release()} ${arch()}`,
      processor: `${cpus()[0]?.model.trim() ?? "unknown"}, ${availableParallelism()} cores usable`,
      memory: `${(totalmem() / B_PER_GIB).toFixed(1)} GiB`,
      packages: packages(),
      backends: await backends(),
      browser: browser(),
      folder: writable(io.cwd),
    };
    io.out(args.texts.get("format") === "json" ? `${JSON.stringify(found, null, 2)}\n` : tableOf(found));
    return EXIT.good;
  },
};

/** Name and value; of several values, one a line. */
function tableOf(found: Readonly<Record<string, string | Readonly<Record<string, string>>>>): string {
  const rows = Object.entries(found).flatMap(([name, value]): readonly (readonly [string, string])[] => {
    if (typeof value === "string") return [[name, value]];
    return Object.entries(value).map(([each, said], i) => {
      return [i === 0 ? name : "", `${each}${each === DEFAULT_BACKEND ? " (default)" : ""}: ${said}`];
    });
  });
  return rows.map(([name, value]) => `${name.padEnd(10)} ${value}\n`).join("");
}

function packages(): string {
  const { dependencies } = JSON.parse(readFileSync(new URL("package.json", packageRoot()), "utf8")) as {
    dependencies: Record<string, string>;
  };
  return Object.entries(dependencies)
    .map(([name, version]) => `${name} ${version}`)
    .join(", ");
}

const PROBE_LIMIT_MS = 20_000;

/** Devices that networks can train on. Each is opened in a process of its own, which a GPU's driver may crash or block. */
async function backends(): Promise<Readonly<Record<string, string>>> {
  const probe = fileURLToPath(new URL("./backend-probe.js", import.meta.url));
  const answers = BACKEND_NAMES.map(async (name) => {
    try {
      return (await promisify(execFile)(process.execPath, [probe, name], { timeout: PROBE_LIMIT_MS })).stdout;
    } catch (error) {
      const { stdout, killed, signal, code } = error as { stdout?: string; killed?: boolean; signal?: string; code?: number };
      if (stdout) return stdout; // some drivers crash when all is done
      return killed === true ? `no answer within ${PROBE_LIMIT_MS / 1000} s` : `crashed (${signal ?? `exit ${code}`})`;
    }
  });
  const said = await Promise.all(answers);
  return Object.fromEntries(BACKEND_NAMES.map((name, i) => [name, said[i] as string]));
}

/** Only the tests of the HTML page need one. */
function browser(): string {
  for (const name of BROWSERS) {
    const { status, stdout } = spawnSync(name, ["--version"], { encoding: "utf8", timeout: 5000 });
    if (status === 0) return stdout.trim();
  }
  return `none (looked for ${BROWSERS.join(", ")}); only the browser tests need one: apt-get install chromium`;
}

function writable(folder: string): string {
  try {
    accessSync(folder, constants.W_OK);
    return `${folder} is writable`;
  } catch (error) {
    return `${folder} cannot be written to (${(error as NodeJS.ErrnoException).code}): --out needs a folder elsewhere`;
  }
}
