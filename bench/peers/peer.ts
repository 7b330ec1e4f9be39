/** Finds and builds what is installed. A peer that is missing says why, and is left out. */
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";

export const FOLDER = "out/peers";

/** A program to put arguments behind, or why there is none. */
export type Program = { readonly command: readonly string[]; readonly version: string } | { readonly missing: string };

const output = (command: string, ...args: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync(command, args, { encoding: "utf8" });
  return status === 0 ? stdout.trim() : undefined;
};

export const node = (file: string): Program => ({ command: [process.execPath, file], version: process.version });

export function cpp(name: string, libraries: readonly string[] = []): Program {
  const version = output("g++", "-dumpfullversion");
  if (version === undefined) return { missing: "no g++" };
  mkdirSync(FOLDER, { recursive: true });
  const program = `${FOLDER}/${name.replace("/", "-")}`;
  const args = ["-O2", "-std=c++17", "-o", program, `bench/peers/${name}.cpp`, ...libraries];
  const { status, stderr } = spawnSync("g++", args, { encoding: "utf8" });
  if (status !== 0) return { missing: `${name}.cpp does not build: ${stderr.split("\n")[0]}` };
  return { command: [`./${program}`], version: `g++ ${version} -O2` };
}

/** Raw contexts, small stacks, no guard pages: what SimGrid's manual advises for many actors. */
const TUNED = ["--cfg=contexts/factory:raw", "--cfg=contexts/stack-size:16", "--cfg=contexts/guard-size:0"];
const QUIET = "--log=xbt_cfg.thres:warning";

export function simgrid(name: string): { readonly tuned: Program; readonly plain: Program } {
  const built = cpp(`simgrid/${name}`, ["-lsimgrid"]);
  if ("missing" in built) return { tuned: built, plain: built };
  const version = `SimGrid ${output("dpkg-query", "-W", "libsimgrid-dev")?.split("\t")[1] ?? "of unknown version"}`;
  return { tuned: { command: [...built.command, QUIET, ...TUNED], version }, plain: { command: [...built.command, QUIET], version } };
}

/** The interpreter of the Debian package first: another on the path would not see it. */
export function simpy(name: string): Program {
  for (const python of ["/usr/bin/python3", "python3"]) {
    const version = output(python, "-c", "import sys, SimPy; print('SimPy', SimPy.__version__, 'on Python', sys.version.split()[0])");
    if (version !== undefined) return { command: [python, `bench/peers/simpy/${name}.py`], version };
  }
  return { missing: "no SimPy 2 (package python3-simpy)" };
}
