/** Runs a command line in this process, in a folder of its own. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runCli } from "../../src/cli/cli.ts";
import type { Io } from "../../src/cli/io.ts";
import { fakeEngine } from "./fake-engine.ts";

export interface Answer {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

export class CliCase {
  readonly folder = mkdtempSync(join(tmpdir(), "cybertwin-cli-"));

  /** Writes a scenario of the small engine; returns its name. */
  scenario(content: object | string, name = "toy.json"): string {
    writeFileSync(join(this.folder, name), typeof content === "string" ? content : JSON.stringify(content));
    return name;
  }

  /** Where a command speaks, and what it has said there. */
  listen(): { readonly io: Io; readonly said: { out: string; err: string } } {
    const said = { out: "", err: "" };
    const io = {
      out: (text: string) => {
        said.out += text;
      },
      err: (text: string) => {
        said.err += text;
      },
      outBytes: async (bytes: Uint8Array) => {
        said.out += new TextDecoder().decode(bytes);
      },
      input: async function* () {},
      cwd: this.folder,
      errIsTerminal: false,
      inCi: false,
      catchInterrupt: () => new AbortController().signal,
    };
    return { io, said };
  }

  async run(...argv: readonly string[]): Promise<Answer> {
    const { io, said } = this.listen();
    const code = await runCli(argv, io, async () => fakeEngine);
    return { code, ...said };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}
