#!/usr/bin/env node
/** The command's entry. */
import { runProcess } from "./process.ts";

await runProcess(async () => (await import("./wiring.ts")).engine());
