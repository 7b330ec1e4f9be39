/** The catalogue's server kinds, as `cybertwin list servers` shows them. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parse } from "yaml";
import { z } from "zod";
import type { KindList } from "./engine.ts";

export function serverKinds(catalogueDir: string): KindList["plugins"] {
  const dir = join(catalogueDir, "servers");
  const files = readdirSync(dir).filter((file) => file.endsWith(".yaml"));
  return files.toSorted().map((file) => {
    const text = readFileSync(join(dir, file), "utf8");
    const { cores, memory, source } = parse(text) as { cores: number; memory: string; source: string };
    return { kind: file.replace(/\.yaml$/, ""), doc: `${cores} cores, ${memory}. ${source}`, schema: z.object({}), create: () => text };
  });
}
