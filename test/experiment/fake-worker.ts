import { serveRuns } from "../../src/experiment/worker-task.ts";
import { fakeRunSeed } from "./fake-run.ts";

export const runTask = serveRuns(fakeRunSeed);
