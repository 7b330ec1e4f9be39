/** The command as a process, around the small engine: for what only a process shows. */
import { runProcess } from "../../src/cli/process.ts";
import { fakeEngine } from "./fake-engine.ts";

await runProcess(async () => fakeEngine);
