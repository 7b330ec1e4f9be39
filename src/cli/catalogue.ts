/** The catalogue's kinds that are files, as `cybertwin list` shows them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { KindList } from "./engine.ts";

type Plugins = KindList["plugins"];

export function serverKinds(catalogueDir: string): Plugins {
  return kindsIn(join(catalogueDir, "servers"), ({ cores, memory }) => `${cores} cores, ${memory}`);
}

export function gpuKinds(catalogueDir: string): Plugins {
  return kindsIn(join(catalogueDir, "gpus"), ({ memory, bandwidth, powerCap }) => `${memory} at ${bandwidth}, ${powerCap}`);
}

export function modelKinds(catalogueDir: string): Plugins {
  return kindsIn(join(catalogueDir, "models"), ({ weights, latency }) => `${weights}, on ${Object.keys(latency as object).join(", ")}`);
}

/** One plugin a file; its line is what `head` says, then the source. */
function kindsIn(dir: string, head: (fields: Readonly<Record<string, unknown>>) => string): Plugins {
  const files = readdirSync(dir).filter((file) => file.endsWith(".yaml"));
  return files.toSorted().map((file) => {
    const text = readFileSync(join(dir, file), "utf8");
    const fields = parse(text) as Readonly<Record<string, unknown>>;
    return { kind: file.replace(/\.yaml$/, ""), doc: `${head(fields)}. ${fields.source}`, schema: z.object({}), create: () => text };
  });
}
